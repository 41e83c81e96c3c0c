"""A name server on loopback for a handful of names."""

import socket
import struct
import threading

from support.process import free_port

_TYPE_A = 1
_NAME_ERROR = 3


class ScriptedDns:
    """Answers A questions for the names in `addresses`; never answers for those in `silent`; says of any other name
    that it does not exist. `asked` are the names that were asked for."""

    def __init__(self, addresses, silent=()):
        self.addresses = {name.lower(): address for name, address in addresses.items()}
        self.silent = {name.lower() for name in silent}
        self.port = free_port()
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, name="scripted dns", daemon=True).start()

    def close(self):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                question, client = self._socket.recvfrom(4096)
            except OSError:
                return
            answer = self._answer(question)
            if answer is not None:
                self._socket.sendto(answer, client)

    def _answer(self, message):
        """The answer to a message with one question (RFC 1035 §4); None for silence."""
        labels = []
        place = 12
        while length := message[place]:
            labels.append(message[place + 1:place + 1 + length].decode("ascii", "replace"))
            place += 1 + length
        question = message[12:place + 5]
        kind = struct.unpack("!H", message[place + 1:place + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append(name)
        if name in self.silent:
            return None
        address = self.addresses.get(name)
        has_answer = address is not None and kind == _TYPE_A
        flags = 0x8580 | (_NAME_ERROR if address is None else 0)  # an authoritative answer; recursion is there
        head = message[:2] + struct.pack("!HHHHH", flags, 1, int(has_answer), 0, 0)
        record = b""
        if has_answer:
            record = b"\xc0\x0c" + struct.pack("!HHIH", _TYPE_A, 1, 1, 4) + socket.inet_aton(address)
        return head + question + record
