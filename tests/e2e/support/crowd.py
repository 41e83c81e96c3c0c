"""Many IRC clients at once, which do nothing but be there."""

import selectors
import socket
import threading
import time


class Crowd:
    """`count` clients in `channel`. They answer PING, and read away what else they are told, in one thread."""

    def __init__(self, port, base, count, channel):
        self.nicks = [f"{base}{number}" for number in range(count)]
        self._channel = channel
        self._rest = {}  # of a line, by socket
        self._there = 0
        self._selector = selectors.DefaultSelector()
        self._running = True
        for nick in self.nicks:
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode())
            self._rest[client] = b""
            self._selector.register(client, selectors.EVENT_READ)
        deadline = time.monotonic() + 30
        while self._there < count:
            assert time.monotonic() < deadline, f"only {self._there} of {count} are in {channel}"
            self._read()
        threading.Thread(target=self._run, name=f"crowd of {base}", daemon=True).start()

    def close(self):
        self._running = False
        for client in list(self._rest):
            client.close()

    def _run(self):
        while self._running and self._rest:
            try:
                self._read()
            except (OSError, ValueError, KeyError):
                return  # closed by the test

    def _read(self):
        for key, _ in self._selector.select(0.1):
            client = key.fileobj
            try:
                data = client.recv(65536)
            except OSError:
                data = b""
            if not data:
                self._selector.unregister(client)
                del self._rest[client]
                client.close()
                continue
            *lines, self._rest[client] = (self._rest[client] + data).split(b"\r\n")
            for line in lines:
                self._on_line(client, line)

    def _on_line(self, client, line):
        words = line.split(b" ", 2)
        if words[0] == b"PING":
            client.sendall(b"PONG " + line[5:] + b"\r\n")
        elif words[1:2] == [b"001"]:
            client.sendall(f"JOIN {self._channel}\r\n".encode())
        elif words[1:2] == [b"366"]:
            self._there += 1
