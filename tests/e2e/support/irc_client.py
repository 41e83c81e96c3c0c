"""An IRC user on python3-irc, in a thread of its own: somebody who knows nothing of the gateway."""

import re
import threading
import time

import irc.buffer
import irc.client

from support.process import wait_until

_TAG_ESCAPES = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}


def parse_tags(text):
    """The tags of a line, "a=b;c", as a dictionary."""
    tags = {}
    for tag in text.split(";"):
        key, _, value = tag.partition("=")
        tags[key] = re.sub(r"\\(.?)", lambda escape: _TAG_ESCAPES.get(escape[1], escape[1]), value)
    return tags


class _LineBuffer(irc.buffer.DecodingLineBuffer):
    """Takes the tags off the lines, which python3-irc does not know. `tags` are those of the line taken last."""

    errors = "surrogateescape"  # the bytes come back by text.encode("utf-8", "surrogateescape")
    tags = {}

    def __iter__(self):
        for line in super().__iter__():
            text, line = line[1:].split(" ", 1) if line.startswith("@") else ("", line)
            self.tags = parse_tags(text) if text else {}
            yield line


class IrcEvent:
    """What python3-irc made of one line, its tags, and when it came (time.monotonic). Types are its own: pubmsg,
    privmsg, action, ctcp, ctcpreply, pubnotice, privnotice, join, part, quit, nick, kick, topic, mode, numerics by name,
    and commands that it does not know in lower case (tagmsg, away)."""

    def __init__(self, event, tags):
        self.at = time.monotonic()
        self.tags = tags
        self.type = event.type
        self.source = (event.source or "").partition("!")[0]
        self.target = event.target
        self.arguments = event.arguments or []

    @property
    def text(self):
        return self.arguments[-1] if self.arguments else ""

    def __repr__(self):
        return f"{self.type} {self.source} {self.target} {self.arguments} {self.tags or ''}"


class IrcUser:
    """One connection to an IRC server, registered under `nick`. `capabilities`: what is asked for, parted by spaces."""

    timeout = 20.0

    def __init__(self, port, nick, capabilities=""):
        self.port = port
        self.nick = nick
        self.capabilities = capabilities
        self.events = []
        self.lines = []  # as received, decoded
        self.failure = None
        self._changed = threading.Condition()
        self._running = True
        self._irc = irc.client.IRC()
        self._irc.add_global_handler("all_events", self._on_event)
        self._server = self._irc.server()
        self._server.buffer_class = _LineBuffer

    def connect(self):
        self._server.connect("127.0.0.1", self.port, self.nick, username="peer")
        threading.Thread(target=self._run, name=f"irc {self.nick}", daemon=True).start()
        self.wait("welcome")
        if self.capabilities:
            self.send(f"CAP REQ :{self.capabilities}")
            self.wait("cap", arguments=lambda arguments: arguments[0] == "ACK")
        return self

    def close(self):
        """QUIT and end of the connection."""
        self._running = False
        try:
            self._server.disconnect("Adieu")
        except (irc.client.IRCError, OSError):
            pass  # the server was ended by the test

    def _run(self):
        try:
            while self._running and self._server.is_connected():
                self._irc.process_once(0.02)
        except Exception as error:  # told to whoever waits
            with self._changed:
                if self._running:
                    self.failure = error
                self._changed.notify_all()

    def _on_event(self, _connection, event):
        with self._changed:
            if event.type == "all_raw_messages":
                self.lines.append(event.arguments[0])
            else:
                self.events.append(IrcEvent(event, self._server.buffer.tags))
            self._changed.notify_all()

    def mark(self):
        """The place in `events` behind what has arrived so far."""
        with self._changed:
            return len(self.events)

    def all(self, type=None, since=0, **wanted):
        def fits(event):
            if type is not None and event.type != type:
                return False
            for name, value in wanted.items():
                actual = getattr(event, name)
                if not (value(actual) if callable(value) else actual == value):
                    return False
            return True

        with self._changed:
            return [event for event in self.events[since:] if fits(event)]

    def of_others(self, type):
        """The events of that type that are not our own doing."""
        return self.all(type, source=lambda source: source != self.nick)

    def wait(self, type=None, since=0, timeout=None, count=1, **wanted):
        """The `count`th event of that type, not before place `since`, whose properties are as `wanted`: equal, or
        accepted by a function."""
        timeout = self.timeout if timeout is None else timeout
        with self._changed:
            self._changed.wait_for(lambda: self.failure or len(self.all(type, since, **wanted)) >= count, timeout)
            found = self.all(type, since, **wanted)
            assert not self.failure, f"{self.nick}: {self.failure!r}"
            assert len(found) >= count, (f"{self.nick}: no {type} {wanted} within {timeout:g} s; since then came\n  " +
                                         "\n  ".join(map(repr, self.events[since:][-40:])))
            return found[count - 1]

    # What is sent

    def send(self, line):
        self._server.send_raw(line)

    def send_bytes(self, line):
        """Sends a line that is no UTF-8."""
        self._server.socket.sendall(line + b"\r\n")

    def join(self, channel, key=""):
        start = self.mark()
        self._server.join(channel, key)
        self.wait("endofnames", since=start)
        return self

    def say(self, target, text):
        self._server.privmsg(target, text)

    def act(self, target, text):
        self._server.action(target, text)

    def notice(self, target, text):
        self._server.notice(target, text)

    def set_topic(self, channel, text):
        self.send(f"TOPIC {channel} :{text}")
        self.wait("topic", target=channel, text=text)

    def mode(self, channel, change):
        """Changes a channel's mode and waits until the server has done so."""
        start = self.mark()
        self._server.mode(channel, change)
        self.wait("mode", since=start, target=channel)

    def wait_offline(self, nick, timeout=None):
        """Returns when nobody of that name is on the network any more."""

        def is_gone():
            start = self.mark()
            self.send(f"ISON {nick}")
            return nick not in self.wait("ison", since=start).text.split()

        wait_until(is_gone, f"{nick} is off", timeout or self.timeout)

    def sync(self):
        """Returns when the server has dealt with all that was sent; what it had for us by then is in `events`."""
        token = f"sync{time.monotonic_ns()}"
        self.send(f"PING {token}")
        self.wait("pong", arguments=lambda arguments: token in arguments)
