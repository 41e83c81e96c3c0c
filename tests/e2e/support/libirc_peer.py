"""The IRC client of libirc_peer.c as an object: a second foreign implementation, old and without any extension."""

import shutil
import subprocess
import threading
from pathlib import Path

SOURCE = Path(__file__).with_name("libirc_peer.c")


def build(folder):
    """Compiles the client into `folder`; the program's path."""
    program = Path(folder) / "libirc_peer"
    compiler = shutil.which("cc") or "clang-19"
    subprocess.run([compiler, "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", str(SOURCE), "-o", str(program),
                    "-lircclient"], check=True)
    return program


class LibircPeer:
    """`lines` are tuples as the program prints them: (event, origin, parameters…)."""

    def __init__(self, program, port, nick, channel):
        self.nick = nick
        self.lines = []
        self._changed = threading.Condition()
        self._child = subprocess.Popen([str(program), str(port), nick, channel], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
        threading.Thread(target=self._read, name=f"libirc {nick}", daemon=True).start()
        self.wait("joined")

    def _read(self):
        for line in self._child.stdout:
            with self._changed:
                self.lines.append(tuple(line.decode("utf-8", "surrogateescape").rstrip("\n").split("\t")))
                self._changed.notify_all()

    def wait(self, *fields, timeout=10.0):
        """Waits for a line that begins with `fields`."""
        with self._changed:
            came = self._changed.wait_for(lambda: any(line[:len(fields)] == fields for line in self.lines), timeout)
            assert came, f"{self.nick}: no line {fields}; what came: {self.lines}"

    def say(self, target, text):
        self._write(f"say {target} {text}\n")

    def act(self, target, text):
        self._write(f"me {target} {text}\n")

    def _write(self, line):
        self._child.stdin.write(line.encode())
        self._child.stdin.flush()

    def close(self):
        self._child.stdin.close()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
