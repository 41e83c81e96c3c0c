#!/usr/bin/python3
"""Measures the WebSocket side: one source to many clients, beside a bare broadcaster on Boost.Beast in the same run, an
XMPP user to clients and back, and what an idle client needs. Prints one table. Exit code 1 when a frame was lost.

The same program receives for both; where it is the slower one, the processor time for each frame says more."""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import resource
import selectors
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from support.process import Process, free_port, make_folder, wait_until  # noqa: E402
from support.servers import gateway_binary, toml_table  # noqa: E402

DOMAIN = "ws.example.org"
SECRET = "a secret"
TOKEN = "a token of the bench"
USER = "juliet@example.org/a"
BODY = "x" * 100
MARK = b"#at="  # in every text, before the time when it was said
TICKS = os.sysconf("SC_CLK_TCK")


class Sink:
    """The XMPP server: takes the component's stream and counts messages without reading them."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.listener.getsockname()[1]
        self.messages = 0
        self.connection = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        connection, _ = self.listener.accept()
        head = b""
        while b"<stream:stream" not in head or b">" not in head.partition(b"<stream:stream")[2]:
            head += connection.recv(4096)
        connection.sendall(b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
                           b"xmlns='jabber:component:accept' from='ws.example.org' id='1'>")
        assert hashlib.sha1(("1" + SECRET).encode()).hexdigest().encode() in connection.recv(4096)
        connection.sendall(b"<handshake/>")
        self.connection = connection
        rest = b""
        while data := connection.recv(1 << 20):
            data = rest + data
            self.messages += data.count(b"</message>")
            rest = data[-9:] if not data.endswith(b"</message>") else b""


class Gateway(Process):
    def __init__(self, folder, xmpp_port):
        super().__init__("isthmus", folder)
        self.port = free_port()
        self.config = self.folder / "isthmus.toml"
        self.config.write_text("\n".join([
            toml_table("[xmpp]", {"host": "127.0.0.1", "port": xmpp_port, "secret": SECRET}),
            toml_table("[[component]]", {"domain": DOMAIN, "adapter": "websocket"}),
            toml_table("[access]", {"users": ["example.org"], "rate": 0.0, "burst": 1_000_000, "total_rate": 0.0,
                                    "total_burst": 1_000_000}),
            toml_table("[storage]", {"path": str(self.folder / "isthmus.db"), "key_file": str(self.folder / "key")}),
            toml_table("[log]", {"level": "warn"}),
            toml_table("[http]", {"listen": f"127.0.0.1:{self.port}"}),
            toml_table("[websocket]", {"rate": 0, "idle_timeout": "1h", "queue_frames": 100_000,
                                       "queue_bytes": "64MiB", "max_clients": 20_000, "history": 1_000}),
            toml_table("[websocket.channels.plant]", {"values": []}),
            toml_table("[[websocket.token]]", {"name": "bench", "token": TOKEN, "scopes": ["read:#", "send:#"]})]))

    def command(self):
        return [str(gateway_binary()), "--config", str(self.config)]

    def is_ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Broadcaster(Process):
    def __init__(self, folder, program):
        super().__init__("broadcaster", folder)
        self.program = program

    def command(self):
        return [str(self.program)]

    def is_ready(self):
        return self.out.read_text().endswith("\n")

    @property
    def port(self):
        return int(self.out.read_text().split()[-1])


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def connect(port, path="/v1/ws?topic=ws:plant"):
    """A WebSocket after its handshake."""
    client = socket.create_connection(("127.0.0.1", port), 60)
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
                   .encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(4096)
    assert head.startswith(b"HTTP/1.1 101"), head
    return client


def masked(text):
    """A text frame of a client; the mask is zero, which is allowed and costs nothing here."""
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return b"\x81" + length + bytes(4) + text


class Audience:
    """Clients that count what has the mark, and how old it was."""

    def __init__(self, port, count):
        self.sockets = [connect(port) for _ in range(count)]
        self.selector = selectors.EpollSelector()
        self.rests = {}  # of each socket: what may be the beginning of a mark and its time
        for one in self.sockets:
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)
        self.heard = 0
        self.ages = []

    def listen(self, frames, is_timed=False, patience=120.0):
        """Returns once so many were heard."""
        deadline = time.monotonic() + patience
        while self.heard < frames:
            assert time.monotonic() < deadline, f"{frames - self.heard} of {frames} frames were lost"
            for key, _ in self.selector.select(1):
                data = key.fileobj.recv(1 << 18)
                assert data, "the connection was closed"
                data = self.rests.get(key.fd, b"") + data
                end = max(0, len(data) - len(MARK) - 19)  # a mark from there on is not whole
                self.rests[key.fd] = data[end:]
                self.heard += data.count(MARK, 0, end + len(MARK) - 1)
                if is_timed:
                    now = time.monotonic_ns()
                    at = data.find(MARK, 0, end + len(MARK) - 1)
                    while at >= 0:
                        self.ages.append(now - int(data[at + len(MARK):at + len(MARK) + 20]))
                        at = data.find(MARK, at + 1, end + len(MARK) - 1)

    def close(self):
        for one in self.sockets:
            one.close()


def text():
    return f"{BODY}{MARK.decode()}{time.monotonic_ns():020d}"


def to_gateway():
    return masked(json.dumps({"t": "send", "to": "ws:plant", "text": text()}).encode())


def to_broadcaster():
    # As long as what the gateway's clients get.
    return masked(("y" * 180 + text()).encode())


def fan_out(subject, make, clients, messages):
    """Frames a second in saturation, processor time for 1,000 frames in ms, and p99 in ms at 10,000 frames a second."""
    audience, source = Audience(subject.port, clients), connect(subject.port, "/v1/ws")
    source_hears = 0 if make is to_gateway else 1  # it broadcasts to whoever sends, too
    threading.Thread(target=lambda: [None for _ in iter(lambda: source.recv(1 << 20), b"")], daemon=True).start()
    begin, spent = time.monotonic(), processor_seconds(subject.child.pid)
    threading.Thread(target=lambda: [source.sendall(make()) for _ in range(messages)], daemon=True).start()
    audience.listen(messages * clients)
    taken, spent = time.monotonic() - begin, processor_seconds(subject.child.pid) - spent
    frames = messages * (clients + source_hears)

    audience.heard, pause = 0, clients / 10_000
    slow = min(messages, 50)

    def send_slowly():
        for _ in range(slow):
            source.sendall(make())
            time.sleep(pause)

    threading.Thread(target=send_slowly, daemon=True).start()
    audience.listen(slow * clients, is_timed=True)
    audience.close()
    source.shutdown(socket.SHUT_RDWR)
    return frames / taken, spent * 1e6 / frames, statistics.quantiles(audience.ages, n=100)[98] / 1e6


def from_xmpp(gateway, sink, messages):
    audience = Audience(gateway.port, 1)
    begin = time.monotonic()
    stanza = (f"<message from='{USER}' to='plant@{DOMAIN}' type='chat'><body>%s</body></message>")
    threading.Thread(target=lambda: [sink.connection.sendall((stanza % text()).encode()) for _ in range(messages)],
                     daemon=True).start()
    audience.listen(messages)
    audience.close()
    return messages / (time.monotonic() - begin)


def to_xmpp(gateway, sink, messages):
    source, before = connect(gateway.port, "/v1/ws"), sink.messages
    begin = time.monotonic()
    for _ in range(messages):
        source.sendall(to_gateway())
    wait_until(lambda: sink.messages - before >= messages, "all messages are there", 120)
    source.close()
    return messages / (time.monotonic() - begin)


def idle_memory(gateway, clients):
    """KiB for each."""
    before = memory(gateway.child.pid)
    silent = [connect(gateway.port) for _ in range(clients)]
    figure = (memory(gateway.child.pid) - before) / clients
    for one in silent:
        one.close()
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000, help="that hear one source (default 1000)")
    parser.add_argument("--messages", type=int, default=500, help="to all of them in saturation (default 500)")
    parser.add_argument("--single", type=int, default=20_000, help="messages from and to XMPP (default 20000)")
    parser.add_argument("--broadcaster", default=gateway_binary().parent / "tests/bench/isthmus_broadcaster",
                        help="the bare broadcaster's program")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

    folder = make_folder(ROOT / "build" / "bench-websocket")
    sink = Sink()
    gateway = Gateway(folder, sink.port).start()
    bare = Broadcaster(folder, arguments.broadcaster).start()
    try:
        wait_until(lambda: sink.connection is not None, "the gateway is connected")
        print(f"{'idle client of the gateway':<44}{idle_memory(gateway, arguments.clients):>10,.1f} KiB", flush=True)
        print(f"{f'one source to {arguments.clients} clients':<34}{'frames a second':>18}{'CPU ms per 1,000':>18}"
              f"{'p99 ms':>10}", flush=True)
        for name, subject, make in (("bare broadcaster", bare, to_broadcaster), ("isthmus", gateway, to_gateway)):
            figures = fan_out(subject, make, arguments.clients, arguments.messages)
            print(f"{name:<34}{figures[0]:>18,.0f}{figures[1]:>18,.2f}{figures[2]:>10,.2f}", flush=True)
        print(f"{'XMPP to one client':<34}{from_xmpp(gateway, sink, arguments.single):>18,.0f} messages a second")
        print(f"{'one client to XMPP':<34}{to_xmpp(gateway, sink, arguments.single):>18,.0f} messages a second")
        return 0
    except AssertionError as failure:
        print(f"{failure}; the gateway says:\n{gateway.log_tail()}", file=sys.stderr)
        return 1
    finally:
        gateway.stop()
        bare.stop()


if __name__ == "__main__":
    sys.exit(main())
