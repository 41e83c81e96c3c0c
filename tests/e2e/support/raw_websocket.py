"""WebSocket frames by hand (RFC 6455 §5), for what no library would send."""

import os
import socket
import struct

from support.websocket_client import TOKEN

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def frame(opcode, payload=b"", *, final=True, reserved=0, masked=True, length=None):
    """One frame; `length` is what it claims to be long, if not what it is."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    mark = 0x80 if masked else 0
    if size < 126:
        head += bytes([mark | size])
    elif size < 65536:
        head += bytes([mark | 126]) + struct.pack(">H", size)
    else:
        head += bytes([mark | 127]) + struct.pack(">Q", size)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


class RawWebSocket:
    """A connection after its handshake, unless that was refused. `pings` are answered only on request."""

    def __init__(self, port, path="/v1/ws", headers=(), token=TOKEN, timeout=20.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", *headers]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._buffer = b""
        while b"\r\n\r\n" not in self._buffer:
            more = self.socket.recv(65536)
            if not more:
                break
            self._buffer += more
        self.head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        self.status = int(self.head.split()[1]) if self.head else 0

    def send(self, data):
        self.socket.sendall(data)

    def _take(self, size):
        while len(self._buffer) < size:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self._buffer += more
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def receive(self):
        """The next frame: (opcode, payload); EOFError at the end of the connection."""
        first, second = self._take(2)
        assert not second & 0x80, "a server masks nothing"
        assert first & 0x80 and not first & 0x70, f"unexpected bits {first:#x}"
        size = second & 0x7f
        if size == 126:
            size, = struct.unpack(">H", self._take(2))
        elif size == 127:
            size, = struct.unpack(">Q", self._take(8))
        return first & 0x0f, self._take(size)

    def wait(self, opcode, contains=b""):
        """The payload of the next frame of that kind that contains that."""
        while True:
            kind, payload = self.receive()
            if kind == opcode and contains in payload:
                return payload
            assert kind != CLOSE, f"closed: {payload}"

    def close_code(self):
        """The code that the gateway closes with; None when the connection ends without one."""
        try:
            while True:
                kind, payload = self.receive()
                if kind == CLOSE:
                    return struct.unpack(">H", payload[:2])[0] if payload else 1005
        except (EOFError, ConnectionError):
            return None

    def close(self):
        self.socket.close()
