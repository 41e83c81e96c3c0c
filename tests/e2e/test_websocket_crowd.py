"""Ten thousand WebSocket clients at a time: hands shaken, subscribed, and each is told what is said."""

import resource
import selectors
import socket
import time
from pathlib import Path

import pytest

from support.raw_websocket import RawWebSocket
from support.websocket_client import TOKEN, http
from support.websocket_stage import Stage, websocket_configuration

CROWD = 10_000
AT_ONCE = 100  # handshakes; the listener takes 128 of one address
FEW = 1_024    # open files that a process may have when nobody has raised it
PATIENCE = 240.0
EACH = 64 * 1024  # bytes for each client, with the sanitizers'


@pytest.fixture
def many_files():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FEW, before[1]), before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def stage(many_files, own_world):
    # The gateway starts with few, and raises it for itself.
    stage = Stage(own_world(more=websocket_configuration(max_clients=CROWD + 10, idle_timeout="1h",
                                                         auth_timeout="1m")).servers)
    resource.setrlimit(resource.RLIMIT_NOFILE, (many_files, many_files))
    yield stage
    stage.close()


class Crowd:
    """Clients that only wait for one text each after the other."""

    def __init__(self, port, path):
        self.port = port
        self.request = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        f"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer {TOKEN}\r\n\r\n").encode()
        self.sockets = []
        self.rest = {}

    def add(self, count):
        """Connects so many more, which are subscribed then."""
        added = [socket.create_connection(("127.0.0.1", self.port), 20) for _ in range(count)]
        for one in added:
            one.sendall(self.request)
        self.sockets += added
        self.rest.update((one, b"") for one in added)
        self.wait(b'"t":"live"', added)

    def wait(self, text, sockets=None):
        """Until each of them has been told it."""
        deadline = time.monotonic() + PATIENCE
        waiting = set(sockets or self.sockets)
        with selectors.EpollSelector() as selector:
            for one in waiting:
                selector.register(one, selectors.EVENT_READ)
            while waiting:
                assert time.monotonic() < deadline, f"{len(waiting)} were not told {text}"
                for key, _ in selector.select(1):
                    data = key.fileobj.recv(1 << 16)
                    assert data, f"a connection was closed: {self.rest[key.fileobj][-200:]}"
                    heard = self.rest[key.fileobj] + data
                    self.rest[key.fileobj] = heard[-len(text):]
                    if text in heard:
                        waiting.discard(key.fileobj)
                        selector.unregister(key.fileobj)

    def close(self):
        for one in self.sockets:
            one.close()


def open_files(process):
    """How many files the process may have open: (soft, hard)."""
    for line in Path(f"/proc/{process.child.pid}/limits").read_text().splitlines():
        if line.startswith("Max open files"):
            return tuple(int(number) for number in line.split()[3:5])
    raise RuntimeError("no such limit")


def test_ten_thousand_clients_are_told_what_is_said_and_one_more_is_refused(stage, many_files):
    soft, hard = open_files(stage.gateway)
    assert soft == hard
    count = min(CROWD, many_files - 500)
    before = stage.gateway.memory()
    crowd = Crowd(stage.port, f"/v1/ws?topic={stage.address}/%23")
    try:
        while len(crowd.sockets) < count:
            crowd.add(min(AT_ONCE, count - len(crowd.sockets)))
        assert stage.gateway.memory() - before < count * EACH
        stage.post("to all of you")
        crowd.wait(b"to all of you")
        stage.post("temp 21.5")
        crowd.wait(b'"value":21.5')
        if count == CROWD:
            others = [RawWebSocket(stage.port, "/v1/ws") for _ in range(10)]
            upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                       "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
            assert http(stage.port, "/v1/ws", headers=upgrade).status == 503
            for one in others:
                one.close()
    finally:
        crowd.close()
    assert http(stage.port, "/healthz").status == 200
    with_room = stage.subscribed()
    stage.post("after")
    with_room.wait(t="msg", text="after")
