"""TCP relays that can hold back what a server says, and that can be cut."""

import socket
import threading


class Relay:
    """Passes on everything between `port` and the one of a server, until the server has said `mark`: that part is
    passed on, the rest is held back, and `held` is set. Connections end with the server's. After release() nothing is
    held back any more."""

    def __init__(self, port, server_port, mark):
        self.held = threading.Event()
        self._server_port = server_port
        self._mark = mark
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def release(self):
        self._mark = None

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except ConnectionRefusedError:
                client.close()
                continue
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    def _pass_on(self, source, target, is_watched):
        is_holding = False
        try:
            while data := source.recv(4096):
                if is_holding:
                    continue
                if is_watched and self._mark and self._mark in data:
                    is_holding = True
                    data = data[:data.index(self._mark) + len(self._mark)]
                target.sendall(data)
                if is_holding:
                    self.held.set()
        except OSError:
            pass  # one of both is gone, and so is the other
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Wire:
    """Passes on everything between `port` and the one of a server, until it is cut: then its connections end, and new
    ones wait until it is mended."""

    def __init__(self, server_port):
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._whole = threading.Event()
        self._whole.set()
        self._ends = set()
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self):
        self._whole.clear()
        for end in list(self._ends):
            self._end(end)

    def mend(self):
        self._whole.set()

    def close(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client):
        self._whole.wait()
        server = socket.create_connection(("127.0.0.1", self._server_port))
        self._ends |= {client, server}
        threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
        threading.Thread(target=self._pass_on, args=(server, client), daemon=True).start()

    def _pass_on(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass  # cut, or one of both is gone
        for end in (source, target):
            self._end(end)

    def _end(self, end):
        self._ends.discard(end)
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
