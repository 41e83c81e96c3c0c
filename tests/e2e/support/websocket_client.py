"""A client of the WebSocket side on python3-websockets, and its HTTP side on urllib. As with XMPP clients, all run on
one asyncio loop in a thread of its own: a test sends, and waits for what must come."""

import asyncio
import atexit
import json
import threading
import urllib.error
import urllib.parse
import urllib.request

import websockets

TOKEN = "a token of the tests"
NATIVE = "isthmus.v1.json"


class _Loop:
    """The asyncio loop of all clients."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="websocket clients", daemon=True)
        self.thread.start()
        atexit.register(self.close)

    def call(self, coroutine, timeout=20.0):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


def url(port, path="/v1/ws", scheme="ws", **query):
    """A URL of the gateway; lists are parameters that stand there several times."""
    text = urllib.parse.urlencode(query, doseq=True)
    return f"{scheme}://127.0.0.1:{port}{path}" + (f"?{text}" if text else "")


def bearer(token):
    return {"Authorization": f"Bearer {token}"} if token else {}


class Answer:
    """What an HTTP request was answered with."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


def http(port, path, *, method=None, bearer_token=TOKEN, body=None, headers=None, **query):
    """One request; `body` other than bytes is sent as JSON."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url(port, path, "http", **query), data=data, method=method,
                                     headers={**bearer(bearer_token), **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


class WebSocketClient:
    """One connection. `received` are the frames that came, read as JSON."""

    _loop = None
    timeout = 20.0

    def __init__(self, port, *, token=TOKEN, protocols=(NATIVE,), headers=None, path="/v1/ws", trust=None,
                 compression=None, **query):
        """`trust` is the ssl.SSLContext of a client over TLS; `compression` as websockets.connect() has it."""
        if WebSocketClient._loop is None:
            WebSocketClient._loop = _Loop()
        self.received = []
        self.close_code = None
        self._changed = threading.Condition()

        async def connect():
            address = url(port, path, "ws" if trust is None else "wss", **query)
            return await websockets.connect(address, subprotocols=list(protocols) or None, ssl=trust,
                                            server_hostname="localhost" if trust else None,
                                            compression=compression, max_size=None,
                                            extra_headers={**bearer(token), **(headers or {})})

        self._socket = self._loop.call(connect())
        self._reader = asyncio.run_coroutine_threadsafe(self._read(), self._loop.loop)

    @property
    def subprotocol(self):
        return self._socket.subprotocol

    async def _read(self):
        try:
            async for text in self._socket:
                with self._changed:
                    self.received.append(json.loads(text))
                    self._changed.notify_all()
        except websockets.ConnectionClosed:
            pass
        with self._changed:
            self.close_code = self._socket.close_code
            self._changed.notify_all()

    def send(self, frame):
        """A frame as JSON; texts and bytes as they are."""
        raw = frame if isinstance(frame, (str, bytes)) else json.dumps(frame)
        self._loop.call(self._socket.send(raw))

    def mark(self):
        with self._changed:
            return len(self.received)

    def all(self, since=0, **wanted):
        """The frames whose members are as wanted: equal, or accepted by a function."""

        def fits(frame):
            return all(value(frame.get(name)) if callable(value) else frame.get(name) == value
                       for name, value in wanted.items())

        with self._changed:
            return [frame for frame in self.received[since:] if fits(frame)]

    def wait(self, since=0, timeout=None, **wanted):
        """The first such frame, not before place `since`."""
        with self._changed:
            found = self._changed.wait_for(lambda: self.all(since, **wanted), timeout or self.timeout)
            assert found, f"no frame {wanted}; since then came {self.received[since:][-40:]}, closed: {self.close_code}"
            return found[0]

    def wait_closed(self):
        """The code with which the gateway closed the connection."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.close_code is not None, self.timeout), "still open"
            return self.close_code

    def subscribe(self, *topics, id="s1", **more):
        """Subscribes, and waits until what happens arrives live."""
        since = self.mark()
        self.send({"t": "sub", "id": id, "topics": list(topics), **more})
        return self.wait(since, t="live", id=id)

    def ask(self, frame):
        """Sends a frame with an id; the receipt or error that answers it."""
        since = self.mark()
        self.send(frame)
        return self.wait(since, id=frame["id"], t=lambda kind: kind in ("receipt", "error", "ok"))

    def close(self):
        self._loop.call(self._socket.close())
