"""The server side of a component stream (XEP-0114) that a test writes itself, byte by byte: for what no real server
would pass on."""

import hashlib
import re
import socket
import threading
import time
import xml.etree.ElementTree as ET

from support.process import free_port
from support.xmpp_client import Stanza, matches
from support.xmpp_servers import COMPONENT_SECRET, IRC_DOMAIN

_HEAD = ("<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
         f"xmlns='jabber:component:accept' from='{IRC_DOMAIN}' id='a-stream-id'>")
_OUR_ADDRESS = re.compile(rf"([^@/]+@)?{re.escape(IRC_DOMAIN)}(/.+)?", re.DOTALL)


class ScriptedXmppServer:
    """Accepts one component stream after the other. What a component sends is kept in `received` as stanzas in the
    namespace jabber:client (so that they read like a client's), over all its streams. Stanzas from an address that is
    none, or not the component's, for which real servers end the stream, are kept in `refused` instead."""

    timeout = 10.0

    def __init__(self):
        self.port = free_port()
        self.received = []
        self.refused = []
        self.stream_errors = []  # conditions that the component sent
        self.streams = 0         # handshakes done
        self._changed = threading.Condition()
        self._connection = None
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, name="scripted xmpp server", daemon=True).start()

    def close(self):
        self._listener.close()
        if self._connection is not None:
            self._connection.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._serve(connection)
                except (OSError, ET.ParseError):
                    pass  # the test sees that nothing more comes
            with self._changed:
                self._connection = None
                self._changed.notify_all()

    def _serve(self, connection):
        parser = ET.XMLPullParser(events=("start", "end"))
        depth = 0
        while data := connection.recv(65536):
            parser.feed(data)
            for event, element in parser.read_events():
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    connection.sendall(_HEAD.encode())
                elif event == "end" and depth == 1:
                    self._on_element(connection, element)

    def _on_element(self, connection, element):
        name = element.tag.partition("}")[2]
        with self._changed:
            if name == "handshake":
                expected = hashlib.sha1(("a-stream-id" + COMPONENT_SECRET).encode()).hexdigest()
                assert element.text == expected, "the component's digest is wrong"
                connection.sendall(b"<handshake/>")
                self._connection = connection
                self.streams += 1
            elif name == "error":
                self.stream_errors.append(element[0].tag.partition("}")[2])
            else:
                text = ET.tostring(element, encoding="unicode").replace("jabber:component:accept", "jabber:client")
                if _OUR_ADDRESS.fullmatch(element.get("from", "")):
                    self.received.append(Stanza(ET.fromstring(text)))
                else:
                    self.refused.append(text)
            self._changed.notify_all()

    def check(self):
        """Since the last check, the component never sent from an address that it may not use."""
        with self._changed:
            refused, self.refused = self.refused, []
        assert not refused, refused

    # What the test does

    def send(self, xml):
        """Sends text or bytes as they are."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._connection, self.timeout), "the component is not connected"
            connection = self._connection
        connection.sendall(xml.encode() if isinstance(xml, str) else xml)

    def mark(self):
        with self._changed:
            return len(self.received)

    def all(self, kind=None, since=0, **wanted):
        with self._changed:
            return [stanza for stanza in self.received[since:] if matches(stanza, kind, wanted)]

    def wait(self, kind=None, since=0, timeout=None, **wanted):
        """The first stanza of that kind whose properties are as `wanted` (see xmpp_client.matches)."""
        timeout = self.timeout if timeout is None else timeout
        with self._changed:
            self._changed.wait_for(lambda: self.all(kind, since, **wanted), timeout)
            found = self.all(kind, since, **wanted)
            assert found, (f"the component sent no {kind} {wanted} within {timeout:g} s, but\n  " +
                           "\n  ".join(map(repr, self.received[since:][-40:])) +
                           f"\nand the stream errors {self.stream_errors}")
            return found[0]

    def wait_for_stream(self, number, timeout=20.0):
        """Returns when the component has done its `number`th handshake."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.streams >= number, timeout), f"only {self.streams} streams"

    def wait_for_stream_error(self, timeout=10.0):
        with self._changed:
            assert self._changed.wait_for(lambda: self.stream_errors, timeout), "the component sent no stream error"
            return self.stream_errors[-1]


class ScriptedUser:
    """A user behind the scripted server, who can write anything."""

    def __init__(self, server, jid):
        self.server = server
        self.jid = jid

    def send(self, kind, to, inside, attributes=""):
        self.server.send(f"<{kind} from='{self.jid}' to='{to}' {attributes}>{inside}</{kind}>")

    def join(self, room, nick, inside=""):
        start = self.server.mark()
        self.send("presence", f"{room}/{nick}", f"<x xmlns='http://jabber.org/protocol/muc'>{inside}</x>")
        self.server.wait("message", since=start, to=self.jid, sender=lambda sender: re.match(re.escape(room), sender),
                         subject=lambda _: True)

    def say(self, to, body, message_id, type="groupchat"):
        """`body` is XML already."""
        self.send("message", to, f"<body>{body}</body>", f"type='{type}' id='{message_id}'")

    def ping(self, to):
        """Returns when the gateway has dealt with everything that was sent before."""
        iq_id = f"ping-{time.monotonic_ns()}"
        self.send("iq", to, "<ping xmlns='urn:xmpp:ping'/>", f"type='get' id='{iq_id}'")
        return self.server.wait("iq", id=iq_id)
