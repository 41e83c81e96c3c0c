"""Real IRC servers, old and new."""

from support.process import Process, free_port, is_listening, server_user

OPERATOR = ("operator", "an operator's password")
MOTD = "Two households, both alike in dignity"


class Ircd(Process):
    """What the tests know of an IRC server. `channels` are there from its start: {"#vault": "+k key"}."""

    network: str            # its name, and the name of the network in the gateway's configuration
    nick_length: int        # bytes
    abilities: frozenset    # capabilities and the like that tests may ask for with @pytest.mark.needs

    def __init__(self, name, folder):
        super().__init__(name, folder)
        self.port = free_port()

    def user(self):
        return server_user()

    def is_ready(self):
        return is_listening(self.port)


class Ngircd(Ircd):
    """An old server: no tags, nicks of 9 bytes, ASCII case mapping, five ranks of members."""

    network = "ngircd.example"
    nick_length = 9
    abilities = frozenset()

    def __init__(self, folder, channels=None):
        super().__init__("ngircd", folder)
        self.config = self.folder / "ngircd.conf"
        text = f"""
[Global]
Name = {self.network}
Info = Tests
Listen = 127.0.0.1
Ports = {self.port}
MotdPhrase = {MOTD}
[Limits]
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = {self.nick_length}
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
OperCanUseMode = yes
[Operator]
Name = {OPERATOR[0]}
Password = {OPERATOR[1]}
"""
        for name, modes in (channels or {}).items():
            text += f"[Channel]\nName = {name}\nModes = {modes}\n"
        self.config.write_text(text)

    def command(self):
        return ["/usr/sbin/ngircd", "-n", "-f", str(self.config)]


class Inspircd(Ircd):
    """A server with the extensions of IRCv3, nicks of 30 bytes and the case mapping of RFC 1459."""

    network = "inspircd.example"
    nick_length = 30
    abilities = frozenset({"message-tags", "client-tags", "echo-message", "labeled-response", "server-time", "msgid",
                           "away-notify", "chghost", "monitor", "forward", "censor", "accounts-only"})

    MODULES = ("blockcolor", "botmode", "callerid", "cap", "censor", "chghost", "customprefix", "ircv3",
               "ircv3_accounttag", "ircv3_batch", "ircv3_capnotify", "ircv3_chghost", "ircv3_ctctags",
               "ircv3_echomessage", "ircv3_invitenotify", "ircv3_labeledresponse", "ircv3_msgid", "ircv3_servertime", "knock", "monitor",
               "namesx", "permchannels", "redirect", "sanick", "services_account", "setname", "uhnames")

    def __init__(self, folder, channels=None):
        super().__init__("inspircd", folder)
        self.config = self.folder / "inspircd.conf"
        motd = self.folder / "inspircd.motd"
        motd.write_text(f"{MOTD}\n")
        text = f"""
<server name="{self.network}" description="Tests" network="Verona" id="042">
<admin name="Escalus" nick="escalus" email="escalus@example.org">
<bind address="127.0.0.1" port="{self.port}" type="clients">
<connect name="all" allow="*" timeout="60" pingfreq="300" hardsendq="64M" softsendq="64M" recvq="1M" threshold="100000"
         commandrate="100000000" fakelag="no" localmax="10000" globalmax="10000" maxchans="250" resolvehostnames="no"
         useident="no" limit="10000">
<files motd="{motd}">
<dns server="127.0.0.1" enabled="no">
<options defaultmodes="no" casemapping="rfc1459" prefixquit="" prefixpart="" suffixpart="">
<performance netbuffersize="65534" somaxconn="1024" softlimit="20000" clonesonconnect="yes">
<security hidebans="no" customversion="">
<limits maxnick="{self.nick_length}">
<class name="all" commands="*" usermodes="*" chanmodes="*" privs="*" snomasks="*">
<type name="all" classes="all">
<oper name="{OPERATOR[0]}" password="{OPERATOR[1]}" host="*@*" type="all">
<badword text="plague" replace="peace">
<customprefix name="founder" letter="q" prefix="~" rank="50000" ranktoset="50000">
<customprefix name="halfop" letter="h" prefix="%" rank="20000" ranktoset="30000">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="{self.out}" flush="1">
"""
        for module in self.MODULES:
            text += f'<module name="{module}">\n'
        for name, modes in (channels or {}).items():
            text += f'<permchannels channel="{name}" modes="{modes}">\n'
        self.config.write_text(text)

    def command(self):
        return ["/usr/sbin/inspircd", "--nofork", "--nopid", "--config", str(self.config)]


IRCDS = {ircd.network: ircd for ircd in (Ngircd, Inspircd)}
