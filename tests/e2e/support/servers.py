"""The real servers of a test: Prosody, ngIRCd, and the gateway between them."""

import os
import urllib.error
import urllib.request
from pathlib import Path

from support.process import (REPOSITORY, Process, free_port, give_away, is_listening, make_folder, server_user,
                             wait_until)

USERS_DOMAIN = "example.org"
STRANGERS_DOMAIN = "example.net"  # served by the same Prosody, but not listed in [access]
IRC_DOMAIN = "irc.example.org"
SECOND_DOMAIN = "verona.example.org"  # another component of the same Prosody
NETWORK = "ngircd.example"
COMPONENT_SECRET = "a secret for the component"
PASSWORD = "a password"
OPERATOR = ("operator", "an operator's password")


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


class Ngircd(Process):
    """An IRC server. `channels` are sections [Channel] that are there from its start: {"#vault": "+k key"}."""

    def __init__(self, folder, channels=None):
        super().__init__("ngircd", folder)
        self.port = free_port()
        self.config = self.folder / "ngircd.conf"
        text = f"""
[Global]
Name = {NETWORK}
Info = Tests
Listen = 127.0.0.1
Ports = {self.port}
MotdPhrase = Two households, both alike in dignity
[Limits]
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 9
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

    def user(self):
        return server_user()

    def is_ready(self):
        return is_listening(self.port)


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def toml_table(header, values):
    return f"{header}\n" + "".join(f"{key} = {toml_value(value)}\n" for key, value in values.items())


def listed_network(port, **more):
    """The section of a network on loopback, without TLS and without any pacing unless `more` says otherwise."""
    return {"host": "127.0.0.1", "port": port, "tls": "off", "flood_rate": 0, "connect_rate": 0, **more}


def gateway_binary():
    return Path(os.environ.get("ISTHMUS_BINARY", REPOSITORY / "build" / "release" / "isthmus")).resolve()


class Gateway(Process):
    """isthmus with an irc component. `networks` maps names to sections (listed_network()), `irc` is the section [irc],
    `more` whatever else the configuration file shall hold."""

    def __init__(self, folder, component_port, networks, irc=None, more=""):
        super().__init__("isthmus", folder)
        self.http_port = free_port()
        self._err_start = 0
        self.config = self.folder / "isthmus.toml"
        parts = [
            toml_table("[xmpp]", {"host": "127.0.0.1", "port": component_port, "secret": COMPONENT_SECRET}),
            toml_table("[[component]]", {"domain": IRC_DOMAIN, "adapter": "irc"}),
            toml_table("[access]", {"users": [USERS_DOMAIN]}),
            toml_table("[log]", {"level": "debug"}),
            toml_table("[http]", {"listen": f"127.0.0.1:{self.http_port}"}),
            toml_table("[irc]", {"reconnect_base": "200ms", **(irc or {})}),
            *(toml_table(f'[irc.networks."{name}"]', section) for name, section in networks.items()),
            more,
        ]
        self.config.write_text("\n".join(parts))

    def command(self):
        return [str(gateway_binary()), "--config", str(self.config)]

    def environment(self):
        # A quarantine of freed memory would look like a leak to the tests that watch the memory.
        return {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1:detect_leaks=1",
                "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}

    def http_status(self, path):
        """The status of GET `path`; None when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=3) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def is_ready(self):
        return self.http_status("/readyz") == 200

    def spawn(self):
        self._err_start = self.err.stat().st_size if self.err.exists() else 0
        return super().spawn()

    def memory(self):
        """Resident memory in bytes."""
        for line in Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def check(self):
        """It runs, and neither sanitizer found anything."""
        assert self.is_alive(), f"isthmus ended with {self.child and self.child.returncode}:\n{self.log_tail()}"
        self.check_reports()

    def check_reports(self):
        """Neither sanitizer found anything since it was started."""
        text = self.err.read_bytes()[self._err_start:].decode(errors="replace") if self.err.exists() else ""
        for mark in ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer", "runtime error:"):
            assert mark not in text, f"a sanitizer reports:\n{text}"

    def finish(self):
        """TERM ends it with exit code 0, leaving no report."""
        code = self.stop()
        self.check_reports()
        assert code in (0, None), f"isthmus ended with {code} on TERM:\n{self.log_tail()}"


class Servers:
    """Prosody, ngIRCd and the gateway, connected with each other."""

    def __init__(self, folder, *, channels=None, network=None, irc=None, more="", networks=None):
        self.folder = make_folder(folder)
        self.prosody = Prosody(self.folder)
        self.ngircd = Ngircd(self.folder, channels)
        listed = {NETWORK: listed_network(self.ngircd.port, **(network or {})), **(networks or {})}
        self.gateway = Gateway(self.folder, self.prosody.component_port, listed, irc, more)

    def start(self):
        self.prosody.spawn()
        self.ngircd.start()
        wait_until(self.prosody.is_ready, "prosody is ready", 20)
        self.gateway.start()
        return self

    def stop(self):
        try:
            self.gateway.finish()
        finally:
            self.ngircd.stop()
            self.prosody.stop()
