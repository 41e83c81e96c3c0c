"""Real XMPP servers that have the gateway as a component."""

import os
from pathlib import Path

from support.process import Process, free_port, give_away, is_listening, server_user

USERS_DOMAIN = "example.org"
STRANGERS_DOMAIN = "example.net"  # served by the same server, but not listed in [access]
IRC_DOMAIN = "irc.example.org"
SECOND_DOMAIN = "verona.example.org"  # another component of the same server
MQTT_DOMAIN = "mqtt.example.org"
WS_DOMAIN = "ws.example.org"
COMPONENT_SECRET = "a secret for the component"
PASSWORD = "a password"


class Prosody(Process):
    """An XMPP server without TLS, whose accounts are files that add_account() writes."""

    passes_new_characters = True  # lets through addresses with characters that Unicode 3.2 did not know

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
Component "{MQTT_DOMAIN}"
  component_secret = "{COMPONENT_SECRET}"
Component "{WS_DOMAIN}"
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


class KeepingProsody(Prosody):
    """A Prosody that keeps on disk what is said to users who are not there."""

    def __init__(self, folder):
        super().__init__(folder)
        text = self.config.read_text().replace('modules_disabled = { "s2s", "offline", "tls" }',
                                               'modules_disabled = { "s2s", "tls" }')
        self.config.write_text(text.replace('accounts = "internal"', 'accounts = "internal"; offline = "internal"'))


class Ejabberd(Process):
    """An XMPP server without TLS that lets anybody log in under any name. Both components stand in one listener, so
    that each of their streams gets stanzas for both domains (global_routes, which is on unless a listener says
    otherwise); a user's stanzas come over the same one, or their order would be lost."""

    passes_new_characters = False

    def __init__(self, folder):
        super().__init__("ejabberd", folder)
        self.port = free_port()
        self.component_port = free_port()
        self.data = self.folder / "ejabberd-data"
        self.data.mkdir()
        give_away(self.data)
        self.log = self.data / "ejabberd.log"
        self.config = self.folder / "ejabberd.yml"
        self.config.write_text(f"""
hosts: ["{USERS_DOMAIN}", "{STRANGERS_DOMAIN}"]
loglevel: info
auth_method: [anonymous]
anonymous_protocol: login_anon
allow_multiple_connections: true
disable_sasl_mechanisms: [ANONYMOUS, X-OAUTH2, DIGEST-MD5, SCRAM-SHA-1, SCRAM-SHA-256, SCRAM-SHA-512]
s2s_access: none
acme: {{ auto: false }}
domain_balancing:
  "{IRC_DOMAIN}": {{ type: bare_source, component_number: 2 }}
  "{SECOND_DOMAIN}": {{ type: bare_source, component_number: 2 }}
listen:
  - {{ ip: "127.0.0.1", port: {self.port}, module: ejabberd_c2s, max_stanza_size: infinity }}
  - ip: "127.0.0.1"
    port: {self.component_port}
    module: ejabberd_service
    hosts:
      "{IRC_DOMAIN}": {{ password: "{COMPONENT_SECRET}" }}
      "{SECOND_DOMAIN}": {{ password: "{COMPONENT_SECRET}" }}
      "{MQTT_DOMAIN}": {{ password: "{COMPONENT_SECRET}" }}
modules:
  mod_carboncopy: {{}}
  mod_disco: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
""")

    def add_account(self, name, domain=USERS_DOMAIN):
        """There is nothing to do."""

    def component_logins(self):
        """How often a component has logged in."""
        return self.log.read_text(errors="replace").count("Accepted external component")

    def command(self):
        # Not by ejabberdctl, which refuses any user but its own; without a node name, so that it needs no epmd.
        return ["/usr/bin/erl", "-noinput", "-mnesia", "dir", f'"{self.data}"', "-s", "ejabberd"]

    def user(self):
        return server_user()

    def environment(self):
        libraries = next(Path("/usr/lib").glob("*/ejabberd-*")).parent
        return {**os.environ, "HOME": str(self.data), "ERL_LIBS": str(libraries),
                "ERL_CRASH_DUMP": str(self.data / "crash.dump"), "EJABBERD_CONFIG_PATH": str(self.config),
                "EJABBERD_LOG_PATH": str(self.log)}

    def is_ready(self):
        return is_listening(self.port) and is_listening(self.component_port)
