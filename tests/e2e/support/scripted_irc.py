"""A minimal IRC server that a test scripts: for TLS, for lines that no real server sends, and to see what a client
sends byte by byte."""

import socket
import ssl
import threading
import time

from support.process import free_port


class ScriptedIrcServer:
    """Welcomes clients and lets them into any channel, alone. With `certificate`, a certificates.Certificate, it speaks
    TLS from the first byte.

    `lines` are what all clients sent, as bytes without CR LF, with the time (time.monotonic). `first_bytes` is what each
    connection began with, before any TLS, and `connected_at` when."""

    network = "scripted.example"  # how the tests list it
    timeout = 10.0
    capabilities = b""  # what CAP LS offers, parted by spaces
    isupport = []  # lines of tokens
    members = []  # who else is on every channel
    line_end = b"\r\n"
    closes_at = None  # the command that it closes the connection at instead of answering

    def __init__(self, certificate=None, port=None):
        self.port = port or free_port()
        self.lines = []
        self.first_bytes = []
        self.connected_at = []
        self._clients = []
        self._changed = threading.Condition()
        self._tls = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate.chain, certificate.key)
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, name="scripted irc server", daemon=True).start()

    def close(self):
        self._listener.close()
        for client in list(self._clients):
            client.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._guard, args=(connection,), daemon=True).start()

    def _guard(self, connection):
        with connection:
            try:
                self._serve(connection)
            except OSError:
                pass  # the client is gone; the test sees it by what it did not send

    def _serve(self, connection):
        begin = connection.recv(3, socket.MSG_PEEK)
        with self._changed:
            self.first_bytes.append(begin)
            self.connected_at.append(time.monotonic())
            self._changed.notify_all()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True)
        connection.sendall(b":irc.test NOTICE * :Two households, both alike in dignity\r\n")
        self._clients.append(connection)
        nick = b"*"
        for line in connection.makefile("rb"):
            line = line.rstrip(b"\r\n")
            with self._changed:
                self.lines.append((time.monotonic(), line))
                self._changed.notify_all()
            command, _, rest = line.partition(b" ")
            if command.upper() in (b"QUIT", self.closes_at):
                break
            replies = self.replies(command.upper(), rest, nick)
            connection.sendall(b"".join(reply + self.line_end for reply in replies if reply is not None))
            if None in replies:
                break
            words = line.split(b" ")[line.startswith(b"@"):]
            if words[0] == b"NICK":
                nick = words[1].lstrip(b":")
        self._clients.remove(connection)
        connection.close()

    def replies(self, command, rest, nick):
        """What is answered to one line; None among it closes the connection."""
        prefix = b":" + nick + b"!user@127.0.0.1 "
        if command == b"CAP":
            return self._capability_replies(*rest.partition(b" ")[::2])
        if command == b"USER":
            tokens = [b":irc.test 005 " + nick + b" " + line + b" :are supported" for line in self.isupport]
            return [b":irc.test 001 " + nick + b" :Welcome", *tokens,
                    b":irc.test 422 " + nick + b" :No message of the day"]
        if command == b"PING":
            return [b":irc.test PONG irc.test " + rest]
        if command == b"JOIN":
            channel = rest.split()[0]
            return [prefix + b"JOIN " + channel, *self.names(channel, nick),
                    b":irc.test 366 " + nick + b" " + channel + b" :End of NAMES"]
        if command == b"PART":
            return [prefix + b"PART " + rest]
        return []

    def names(self, channel, nick):
        """The lines that list who is on `channel`."""
        everybody = [b"@" + nick, *self.members]
        return [b":irc.test 353 " + nick + b" = " + channel + b" :" + b" ".join(everybody[i:i + 20])
                for i in range(0, len(everybody), 20)]

    def _capability_replies(self, subcommand, rest):
        if subcommand == b"LS":
            return [b":irc.test CAP * LS :" + self.capabilities]
        if subcommand == b"REQ":
            wanted = set(rest.lstrip(b":").split())
            verdict = b"ACK" if wanted <= set(self.capabilities.split()) else b"NAK"
            return [b":irc.test CAP * " + verdict + b" :" + rest.lstrip(b":")]
        return []

    def send(self, line):
        """Sends bytes, with the end of a line behind them, to all clients."""
        for client in list(self._clients):
            client.sendall(line + self.line_end)

    def cut(self):
        """Closes all connections."""
        for client in list(self._clients):
            client.shutdown(socket.SHUT_RDWR)

    def wait_since(self, start, accepts, what):
        """The place in `lines`, not before `start`, of the first line that accepts(bytes) is true of."""
        with self._changed:
            def places():
                return [place for place in range(start, len(self.lines)) if accepts(self.lines[place][1])]

            assert self._changed.wait_for(places, self.timeout), f"{what} did not come, but {self.lines[start:]}"
            return places()[0]

    def wait(self, accepts, what, timeout=None):
        """The first line that accepts(bytes) is true of, with its time."""
        with self._changed:
            found = []

            def look():
                found[:] = [entry for entry in self.lines if accepts(entry[1])]
                return found

            assert self._changed.wait_for(look, timeout or self.timeout), f"{what} did not come, but {self.lines}"
            return found[0]
