"""An XMPP user on slixmpp. All clients run on one asyncio loop in a thread of its own, so that a test reads from top to
bottom: it sends, and waits for what must come."""

import asyncio
import atexit
import itertools
import logging
import threading
import time
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

logging.getLogger("slixmpp").setLevel(logging.ERROR)  # before it is imported: it warns of slower modules then
import slixmpp  # noqa: E402

CLIENT = "{jabber:client}"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "{http://jabber.org/protocol/muc#user}"
ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
DELAY = "{urn:xmpp:delay}delay"
PING = "urn:xmpp:ping"
DISCO_INFO = "http://jabber.org/protocol/disco#info"
DISCO_ITEMS = "http://jabber.org/protocol/disco#items"
VERSION = "jabber:iq:version"

_ids = itertools.count(1)


def new_id():
    return f"id-{next(_ids)}"


class Stanza:
    """A received stanza and when it came (time.monotonic)."""

    def __init__(self, xml):
        self.xml = xml
        self.at = time.monotonic()
        self.kind = xml.tag.partition("}")[2]
        self.type = xml.get("type", "")
        self.sender = xml.get("from", "")
        self.to = xml.get("to", "")
        self.id = xml.get("id", "")

    def text(self, name):
        """The text of child `name`; None when there is no such child."""
        element = self.xml.find(CLIENT + name)
        return None if element is None else element.text or ""

    @property
    def body(self):
        return self.text("body")

    @property
    def subject(self):
        return self.text("subject")

    @property
    def nick(self):
        return self.sender.partition("/")[2]

    @property
    def statuses(self):
        """The status codes of a room (XEP-0045 §15.6)."""
        return {int(status.get("code")) for status in self.xml.iter(MUC_USER + "status")}

    @property
    def item(self):
        """The attributes of the room's <item/>; {} when there is none."""
        item = self.xml.find(f"{MUC_USER}x/{MUC_USER}item")
        return {} if item is None else dict(item.attrib)

    @property
    def role(self):
        return self.item.get("role")

    @property
    def affiliation(self):
        return self.item.get("affiliation")

    @property
    def reason(self):
        return self.xml.findtext(f"{MUC_USER}x/{MUC_USER}item/{MUC_USER}reason")

    @property
    def actor(self):
        actor = self.xml.find(f"{MUC_USER}x/{MUC_USER}item/{MUC_USER}actor")
        return None if actor is None else actor.get("nick")

    @property
    def has_muc_user(self):
        return self.xml.find(MUC_USER + "x") is not None

    @property
    def is_delayed(self):
        return self.xml.find(DELAY) is not None

    @property
    def condition(self):
        """The error's condition (RFC 6120 §8.3.3); None when there is no error."""
        for element in self.xml.iterfind(f"{CLIENT}error/*"):
            if element.tag.startswith(ERRORS) and element.tag != ERRORS + "text":
                return element.tag[len(ERRORS):]
        return None

    @property
    def error_type(self):
        error = self.xml.find(CLIENT + "error")
        return None if error is None else error.get("type")

    @property
    def error_text(self):
        return self.xml.findtext(f"{CLIENT}error/{ERRORS}text") or ""

    def __repr__(self):
        return ET.tostring(self.xml, encoding="unicode")


def matches(stanza, kind, wanted):
    """Whether `stanza` is a `kind` whose properties are as in `wanted`: equal, accepted by a function, or, for
    `statuses`, at least these."""
    if kind is not None and stanza.kind != kind:
        return False
    for name, value in wanted.items():
        actual = getattr(stanza, name)
        if name == "statuses":
            if not set(value) <= actual:
                return False
        elif callable(value):
            if actual is None or not value(actual):
                return False
        elif actual != value:
            return False
    return True


class _Loop:
    """The asyncio loop of all clients."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, name="xmpp clients", daemon=True).start()

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def call(self, function, *arguments):
        """The result of function(*arguments), called on the loop."""

        async def run():
            return function(*arguments)

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def close(self):
        """Ends what the clients left behind, before Python complains of it."""

        async def cancel():
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(cancel(), self.loop).result(10)


class _Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, on_stanza, on_event):
        # ejabberd has no other mechanism for accounts that are not there.
        super().__init__(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_plain": True}})
        for plugin in ("xep_0030", "xep_0092", "xep_0199"):  # answers to disco, version and ping
            self.register_plugin(plugin)
        self.add_filter("in", on_stanza)
        for event in ("session_start", "disconnected", "failed_auth"):
            self.add_event_handler(event, lambda _, event=event: on_event(event))


class XmppUser:
    """One resource of one account, logged in."""

    _loop = None
    _clients = []  # kept to the end: a client that is forgotten leaves an unfinished task behind
    timeout = 20.0  # seconds that wait() waits unless told otherwise

    def __init__(self, port, jid, password):
        if XmppUser._loop is None:
            XmppUser._loop = _Loop()
            atexit.register(XmppUser._loop.close)
        self.port = port
        self.jid = jid
        self.bare_jid = jid.partition("/")[0]
        self.received = []
        self._events = set()
        self._changed = threading.Condition()
        self._client = self._loop.call(_Client, jid, password, self._on_stanza, self._on_event)
        XmppUser._clients.append(self._client)

    def connect(self):
        self._events.clear()
        self._loop.call(lambda: self._client.connect(("127.0.0.1", self.port), disable_starttls=True,
                                                     force_starttls=False))
        self._wait_for(lambda: self._events & {"session_start", "failed_auth"}, self.timeout,
                       lambda: f"{self.jid} is not logged in")
        assert "session_start" in self._events, f"{self.jid}: the server refuses the login"
        self.send("<presence/>")
        return self

    def disconnect(self):
        """Says goodbye to the server and closes the connection."""
        if "disconnected" not in self._events:
            self._loop.call(self._client.disconnect)
            self._wait_for(lambda: "disconnected" in self._events, 5, lambda: f"{self.jid} is still connected")

    def drop(self):
        """Closes the connection without a word."""
        self._loop.call(self._client.abort)

    # What arrived

    def _on_stanza(self, stanza):
        if stanza.xml.tag in (CLIENT + "message", CLIENT + "presence", CLIENT + "iq"):
            with self._changed:
                self.received.append(Stanza(stanza.xml))
                self._changed.notify_all()
        return stanza

    def _on_event(self, event):
        with self._changed:
            self._events.add(event)
            self._changed.notify_all()

    def _wait_for(self, condition, timeout, explain):
        with self._changed:
            result = self._changed.wait_for(condition, timeout)
            assert result, explain()
            return result

    def mark(self):
        """The place in `received` behind what has arrived so far."""
        with self._changed:
            return len(self.received)

    def all(self, kind=None, since=0, **wanted):
        with self._changed:
            return [stanza for stanza in self.received[since:] if matches(stanza, kind, wanted)]

    def wait(self, kind=None, since=0, timeout=None, **wanted):
        """The first stanza of that kind, not before place `since`, whose properties are as `wanted` (see matches())."""
        timeout = self.timeout if timeout is None else timeout

        def explain():
            seen = "\n  ".join(repr(stanza) for stanza in self.received[since:][-40:]) or "nothing"
            return f"{self.jid}: no {kind or 'stanza'} {wanted} within {timeout:g} s; since then came\n  {seen}"

        return self._wait_for(lambda: self.all(kind, since, **wanted), timeout, explain)[0]

    # What is sent

    def send(self, xml):
        self._loop.call(self._client.send_raw, xml)

    def send_message(self, to, body, type="groupchat", extra=""):
        """Sends a message with that text; its id."""
        message_id = new_id()
        text = "" if body is None else f"<body>{escape(body)}</body>"
        self.send(f"<message to={quoteattr(to)} type='{type}' id='{message_id}'>{text}{extra}</message>")
        return message_id

    def send_presence(self, to, type=None, inside=""):
        presence_id = new_id()
        kind = f" type='{type}'" if type else ""
        self.send(f"<presence to={quoteattr(to)} id='{presence_id}'{kind}>{inside}</presence>")
        return presence_id

    def request(self, to, inside, type="get", timeout=None):
        """Sends an iq; its result or error."""
        iq_id = new_id()
        self.send(f"<iq to={quoteattr(to)} type='{type}' id='{iq_id}'>{inside}</iq>")
        return self.wait("iq", timeout=timeout, id=iq_id, type=lambda kind: kind in ("result", "error"))

    def ping(self, to):
        return self.request(to, f"<ping xmlns='{PING}'/>")

    def query(self, to, namespace):
        return self.request(to, f"<query xmlns='{namespace}'/>")

    def ask_plugin(self, plugin, method, *arguments, **options):
        """What the answer to a method of a slixmpp plugin is, which asks by an iq. An error answer raises IqError."""
        if plugin not in self._client.plugin:
            self._loop.call(self._client.register_plugin, plugin)

        async def run():
            return await getattr(self._client[plugin], method)(*arguments, **options)

        return asyncio.run_coroutine_threadsafe(run(), self._loop.loop).result(2 * self.timeout)

    # Rooms

    def send_join(self, room, nick, password=None, history=""):
        key = "" if password is None else f"<password>{escape(password)}</password>"
        return self.send_presence(f"{room}/{nick}", inside=f"<x xmlns='{MUC}'>{history}{key}</x>")

    def join(self, room, nick, password=None, history="", timeout=None):
        """Enters `room`, in which nothing else is happening, and returns all that came from it up to its subject."""
        start = self.mark()
        self.send_join(room, nick, password, history)

        def ends_join(stanza):
            return stanza.sender.startswith(room) and (stanza.condition or (stanza.kind == "message" and
                                                                           stanza.subject is not None))

        def explain():
            seen = "\n  ".join(map(repr, self.received[start:])) or "nothing"
            return f"{self.jid} did not get into {room}; what came:\n  {seen}"

        self._wait_for(lambda: any(map(ends_join, self.received[start:])), timeout or self.timeout, explain)
        arrived = self.received[start:]
        end = next(place for place, stanza in enumerate(arrived) if ends_join(stanza))
        entry = Entry(room, [stanza for stanza in arrived[:end + 1] if stanza.sender.startswith(room)])
        assert entry.error is None, f"{self.jid} is refused by {room}: {entry.error!r}"
        return entry

    def refused_join(self, room, nick, password=None, timeout=None):
        """Tries to enter `room`; the error that it gets."""
        start = self.mark()
        self.send_join(room, nick, password)
        return self.wait("presence", since=start, timeout=timeout, type="error",
                         sender=lambda sender: sender.startswith(room))

    def leave(self, room, nick, status=""):
        start = self.mark()
        inside = f"<status>{escape(status)}</status>" if status else ""
        self.send_presence(f"{room}/{nick}", "unavailable", inside)
        return self.wait("presence", since=start, sender=f"{room}/{nick}", type="unavailable", statuses={110})


class Entry:
    """What a room told somebody who entered, in the order in which it came."""

    def __init__(self, room, stanzas):
        self.room = room
        self.stanzas = stanzas
        self.presences = [stanza for stanza in stanzas if stanza.kind == "presence"]
        self.messages = [stanza for stanza in stanzas if stanza.kind == "message"]
        self.error = next((stanza for stanza in stanzas if stanza.condition), None)

    @property
    def own(self):
        """The presence that tells the newcomer of itself."""
        return next(stanza for stanza in self.presences if 110 in stanza.statuses)

    @property
    def nick(self):
        return self.own.nick

    @property
    def nicks(self):
        """Everybody's nicks in the order of their presences."""
        return [stanza.nick for stanza in self.presences]

    @property
    def subject(self):
        return self.messages[-1]

    @property
    def history(self):
        return self.messages[:-1]
