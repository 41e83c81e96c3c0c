"""The gateway, and the real servers that it stands between."""

import os
import urllib.error
import urllib.request
from pathlib import Path

from support.irc_servers import Ngircd
from support.process import REPOSITORY, Process, free_port, make_folder, wait_until
from support.xmpp_servers import COMPONENT_SECRET, IRC_DOMAIN, USERS_DOMAIN, Prosody


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
    """isthmus with an irc component. `networks` maps names to sections (listed_network()), `irc` and `access` are
    added to those sections, `more` whatever else the configuration file shall hold."""

    def __init__(self, folder, component_port, networks, irc=None, more="", access=None):
        super().__init__("isthmus", folder)
        self.http_port = free_port()
        self._err_start = 0
        self.config = self.folder / "isthmus.toml"
        parts = [
            toml_table("[xmpp]", {"host": "127.0.0.1", "port": component_port, "secret": COMPONENT_SECRET}),
            toml_table("[[component]]", {"domain": IRC_DOMAIN, "adapter": "irc"}),
            toml_table("[storage]", {"path": "isthmus.db"}),
            toml_table("[access]", {"users": [USERS_DOMAIN], **(access or {})}),
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
    """An XMPP server, IRC servers and the gateway, connected with each other. `ircds` are classes of irc_servers,
    `channels` are there on each of them from the start, `network` are options of their networks, and `networks` further
    ones, `access` is added to that section. `gateway` is the class of the gateway."""

    def __init__(self, folder, *, xmpp_server=Prosody, ircds=(Ngircd,), channels=None, network=None, irc=None, more="",
                 networks=None, access=None, gateway=Gateway):
        self.folder = make_folder(folder)
        self.xmpp_server = xmpp_server(self.folder)
        self.ircds = {ircd.network: ircd(self.folder, channels) for ircd in ircds}
        listed = {name: listed_network(ircd.port, **(network or {})) for name, ircd in self.ircds.items()}
        self.gateway = gateway(self.folder, self.xmpp_server.component_port, {**listed, **(networks or {})}, irc, more,
                               access)

    def start(self):
        self.xmpp_server.spawn()
        for ircd in self.ircds.values():
            ircd.spawn()
        for server in (*self.ircds.values(), self.xmpp_server):
            server.wait_until_ready()
        self.gateway.start()
        return self

    def stop(self):
        try:
            self.gateway.finish()
        finally:
            for server in (*self.ircds.values(), self.xmpp_server):
                server.stop()
