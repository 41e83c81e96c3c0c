"""Services of an IRC network: accounts, NickServ, SASL."""

from support.irc_servers import Inspircd
from support.process import Process, free_port

LINK_PASSWORD = "montague"
SERVICES = "services.example"


class InspircdWithServices(Inspircd):
    """InspIRCd that takes services at `link_port`, and logs in by SASL through them."""

    network = "verona.example"
    abilities = Inspircd.abilities | {"services"}
    MODULES = (*Inspircd.MODULES, "sasl", "spanningtree")

    def __init__(self, folder, channels=None):
        super().__init__(folder, channels)
        self.link_port = free_port()
        more = f"""
<bind address="127.0.0.1" port="{self.link_port}" type="servers">
<link name="{SERVICES}" ipaddr="127.0.0.1" port="{self.link_port}" allowmask="127.0.0.0/8" sendpass="{LINK_PASSWORD}"
      recvpass="{LINK_PASSWORD}">
<uline server="{SERVICES}" silent="yes">
<sasl target="{SERVICES}">
"""
        self.config.write_text(self.config.read_text() + more)


class Atheme(Process):
    """atheme, linked to that server."""

    def __init__(self, folder, ircd):
        super().__init__("atheme", folder)
        self.config = self.folder / "atheme.conf"
        self._user = ircd.user()
        modules = ("backend/opensex", "crypto/posix", "protocol/inspircd", "nickserv/main", "nickserv/register",
                   "nickserv/identify", "nickserv/info", "nickserv/cert", "saslserv/main", "saslserv/plain",
                   "saslserv/external")
        self.config.write_text("".join(f'loadmodule "modules/{name}";\n' for name in modules) + f"""
serverinfo {{
  name = "{SERVICES}"; desc = "Services"; numeric = "00A"; recontime = 1; netname = "Verona"; adminname = "Escalus";
  adminemail = "escalus@example.org"; registeremail = "escalus@example.org"; loglevel = {{ all; }}; maxlogins = 20;
  maxusers = 1000; emaillimit = 1000; emailtime = 1; auth = none; casemapping = rfc1459;
}};
uplink "{ircd.network}" {{ host = "127.0.0.1"; send_password = "{LINK_PASSWORD}";
  receive_password = "{LINK_PASSWORD}"; port = {ircd.link_port}; }};
nickserv {{ nick = "NickServ"; user = "NickServ"; host = "{SERVICES}"; real = "Nicks"; maxnicks = 5; expire = 30; }};
saslserv {{ nick = "SaslServ"; user = "SaslServ"; host = "{SERVICES}"; real = "SASL"; }};
general {{ flood_msgs = 0; commit_interval = 5; language = "en"; }};
""")
        self.log = self.folder / "atheme.log"

    def user(self):
        return self._user

    def command(self):
        return ["/usr/bin/atheme-services", "-n", "-c", str(self.config), "-D", str(self.folder), "-l", str(self.log),
                "-p", str(self.folder / "atheme.pid")]

    def is_ready(self):
        return self.log.exists() and "end of burst" in self.log.read_text(errors="replace")
