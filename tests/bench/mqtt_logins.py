"""Users' own logins on a broker: what a login takes, and how much memory many of them."""

import pathlib
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from support.mqtt_servers import Mosquitto  # noqa: E402
from support.process import give_away, wait_until  # noqa: E402

COMMANDS = "http://jabber.org/protocol/commands"
QUIET = 3  # seconds between two logins that are measured: nothing else moves then


class MosquittoWithManyUsers(Mosquitto):
    """user0, user1, … have the password "secret"."""

    def __init__(self, folder, users):
        super().__init__(folder)
        passwords = self.folder / f"{self.name}.passwords"
        plain = self.folder / "users"
        plain.write_text("".join(f"user{number}:secret\n" for number in range(users)))
        subprocess.run(["mosquitto_passwd", "-U", str(plain)], check=True, capture_output=True)
        passwords.write_text(passwords.read_text() + plain.read_text())
        rights = self.folder / f"{self.name}.acl"
        rights.write_text(rights.read_text() + "pattern readwrite #\n")
        for file in (passwords, rights):
            give_away(file)


class Users:
    """People who log in by the form, and publish then: what arrives at the broker tells that they are there."""

    def __init__(self, sink, domain, subscriber):
        self._sink, self._domain, self._subscriber = sink, domain, subscriber

    def _command(self, number, inside, **attributes):
        texts = "".join(f" {name}='{value}'" for name, value in attributes.items())
        self._sink.connection.sendall(
            f"<iq type='set' id='{number}' from='user{number}@example.org/a' to='plant@{self._domain}'>"
            f"<command xmlns='{COMMANDS}' node='login'{texts}>{inside}</command></iq>".encode())

    def log_in(self, number):
        """The login itself, and one publication behind it."""
        self._sink.text = b""
        self._command(number, "")
        wait_until(lambda: b"sessionid=" in self._sink.text, "the form is there", 30)
        session = re.search(rb"sessionid=[\"']([^\"']+)", self._sink.text).group(1).decode()
        fields = "".join(f"<field var='{name}'><value>{value}</value></field>"
                         for name, value in (("username", f"user{number}"), ("password", "secret")))
        begin = time.monotonic()
        self._command(number, f"<x xmlns='jabber:x:data' type='submit'>{fields}</x>", sessionid=session,
                      action="complete")
        self._sink.connection.sendall(
            f"<message from='user{number}@example.org/a' to='bench\\2f{number}%plant@{self._domain}' type='chat'>"
            "<body>here</body></message>".encode())
        return begin

    def wait_for(self, count):
        wait_until(lambda: self._subscriber.count >= count, f"{count} users have published", 120)
        return time.monotonic()


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def measure(users, pid, count, alone):
    """Milliseconds of `alone` logins, each in quiet; MiB before and with `count` of them; seconds of all others."""
    times = []
    before = resident(pid)
    for number in range(alone):
        time.sleep(QUIET)
        begin = users.log_in(number)
        times.append((users.wait_for(number + 1) - begin) * 1000)
    begin = time.monotonic()
    for number in range(alone, count):
        users.log_in(number)
    burst = users.wait_for(count) - begin
    time.sleep(QUIET)
    return statistics.median(times), max(times), before, resident(pid), burst
