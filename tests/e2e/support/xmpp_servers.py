"""Real XMPP servers that have the gateway as a component."""

import os

from support.process import Process, free_port, give_away, is_listening, server_user

USERS_DOMAIN = "example.org"
STRANGERS_DOMAIN = "example.net"  # served by the same server, but not listed in [access]
IRC_DOMAIN = "irc.example.org"
SECOND_DOMAIN = "verona.example.org"  # another component of the same server
COMPONENT_SECRET = "a secret for the component"
PASSWORD = "a password"


class Prosody(Process):
    """An XMPP server without TLS, whose accounts are files that add_account() writes."""

    def __init__(self, folder):
        super().__init__("prosody", folder)
        self.port = free_port()
        self.component_port = free_port()
        self.config = self.folder / "prosody.cfg.lua"
        self.data = self.folder / "prosody-data"
        self.data.mkdir()
        give_away(self.data)
        self.config.write_text(f"""
pidfile = "{self.folder}/prosody.pid"
data_path = "{self.data}"
certificates = "{self.data}"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {self.port} }}
component_interfaces = {{ "127.0.0.1" }}
component_ports = {{ {self.component_port} }}
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "carbons" }}
modules_disabled = {{ "s2s", "offline", "tls" }}
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
storage = {{ accounts = "internal" }}
default_storage = "memory"

VirtualHost "{USERS_DOMAIN}"
VirtualHost "{STRANGERS_DOMAIN}"
Component "{IRC_DOMAIN}"
  component_secret = "{COMPONENT_SECRET}"
Component "{SECOND_DOMAIN}"
  component_secret = "{COMPONENT_SECRET}"
""")

    def add_account(self, name, domain=USERS_DOMAIN):
        folder = self.data / domain.replace(".", "%2e") / "accounts"
        for part in (folder.parent, folder):
            part.mkdir(exist_ok=True)
            give_away(part)
        account = folder / f"{name}.dat"
        account.write_text(f'return {{ ["password"] = "{PASSWORD}"; }};\n')
        give_away(account)

    def component_logins(self):
        """How often a component has logged in."""
        return self.out.read_text(errors="replace").count("External component successfully authenticated")

    def command(self):
        return ["/usr/bin/prosody", "-F", "--config", str(self.config)]

    def user(self):
        return server_user()

    def environment(self):
        return {**os.environ, "HOME": str(self.data)}

    def is_ready(self):
        return is_listening(self.port) and is_listening(self.component_port)
