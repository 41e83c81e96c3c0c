"""Whatever a user can fill, with line breaks in it: the IRC server never gets a line that the user's text began. The
witness is a scripted server, which keeps every line and grants every capability. What real servers make of bodies,
subjects, keys and addresses is in test_bad_input.py."""

import pytest

from support.process import RUN_FOLDER, make_folder
from support.scripted_irc import ScriptedIrcServer
from support.scripted_xmpp import ScriptedUser, ScriptedXmppServer
from support.servers import Gateway, listed_network
from support.world import person_address, room_address
from support.xmpp_servers import IRC_DOMAIN

MUC = "http://jabber.org/protocol/muc"
NETWORK = ScriptedIrcServer.network
ROOM = room_address("#hall", NETWORK)
OTHER = room_address("#garden", NETWORK)
ROMEO = person_address("romeo", NETWORK)
CONSOLE = f"{NETWORK}@{IRC_DOMAIN}"

BREAKS = ["&#13;", "&#10;", "&#13;&#10;", "\r\n", "\u2028", "\u2029", "\u0085", "=0d=0a", "\\0d\\0a", "%0d%0a",
          "=00", "\\r\\n"]


def admin(item, reason="{x}"):
    return f"<query xmlns='{MUC}#admin'><item {item}><reason>{reason}</reason></item></query>"


def form(*fields):
    values = "".join(f"<field var='{name}'><value>{value}</value></field>" for name, value in fields)
    return f"<x xmlns='jabber:x:data' type='submit'>{values}</x>"


def config(name):
    return (f"<query xmlns='{MUC}#owner'>" + form(("FORM_TYPE", f"{MUC}#roomconfig"), (name, "{x}")) + "</query>")


BODY = "<body>body</body>"
# What is written to the network itself is not here: each of its lines is a command by intent.
# What a stanza holds: (kind, to, attributes, inside). {x} is filled; {n} is a number of its own.
FIELDS = {
    "body": ("message", ROOM, "type='groupchat'", "<body>{x}</body>"),
    "action": ("message", ROOM, "type='groupchat'", "<body>/me {x}</body>"),
    "private body": ("message", ROMEO, "type='chat'", "<body>{x}</body>"),
    "body to an occupant": ("message", f"{ROOM}/romeo", "type='chat'", "<body>{x}</body>"),
    "subject": ("message", ROOM, "type='groupchat'", "<subject>{x}</subject>"),
    "nick at the join": ("presence", f"{OTHER}/{{x}}", "", f"<x xmlns='{MUC}'/>"),
    "new nick": ("presence", f"{ROOM}/{{x}}", "", ""),
    "room name": ("presence", f"#garden{{x}}%{NETWORK}@{IRC_DOMAIN}/juliet", "", f"<x xmlns='{MUC}'/>"),
    "person": ("message", f"romeo{{x}}%{NETWORK}@{IRC_DOMAIN}", "type='chat'", BODY),
    "occupant": ("message", f"{ROOM}/romeo{{x}}", "type='chat'", BODY),
    "password": ("presence", f"{OTHER}/juliet", "", f"<x xmlns='{MUC}'><password>{{x}}</password></x>"),
    "words of leaving": ("presence", f"{OTHER}/juliet", "type='unavailable'", "<status>{x}</status>"),
    "away status in a room": ("presence", f"{ROOM}/juliet", "", "<show>away</show><status>{x}</status>"),
    "away status": ("presence", CONSOLE, "", "<show>away</show><status>{x}</status>"),
    "kick reason": ("iq", ROOM, "type='set'", admin("nick='romeo' role='none'")),
    "kicked nick": ("iq", ROOM, "type='set'", admin("nick='{x}' role='none'", "reason")),
    "ban reason": ("iq", ROOM, "type='set'", admin("nick='romeo' affiliation='outcast'")),
    "banned nick": ("iq", ROOM, "type='set'", admin("nick='{x}' affiliation='outcast'", "reason")),
    "banned jid": ("iq", ROOM, "type='set'", admin(f"jid='{{x}}%{NETWORK}@{IRC_DOMAIN}' affiliation='outcast'",
                                                   "reason")),
    "raised nick": ("iq", ROOM, "type='set'", admin("nick='{x}' role='moderator'", "reason")),
    "lifted ban": ("iq", ROOM, "type='set'", admin("nick='{x}' affiliation='none'", "reason")),
    "invitation's reason": ("message", ROOM, "", f"<x xmlns='{MUC}#user'><invite to='{ROMEO}'><reason>{{x}}</reason>"
                            "</invite></x>"),
    "invited": ("message", ROOM, "", f"<x xmlns='{MUC}#user'><invite to='{{x}}%{NETWORK}@{IRC_DOMAIN}'/></x>"),
    "direct invitation": ("message", ROMEO, "", f"<x xmlns='jabber:x:conference' jid='{ROOM}' reason='{{x}}' "
                          "password='{x}'/>"),
    "direct invitation's room": ("message", ROMEO, "", "<x xmlns='jabber:x:conference' jid='{x}'/>"),
    "room secret": ("iq", ROOM, "type='set'", config(f"{MUC}#roomconfig_roomsecret")),
    "room's limit": ("iq", ROOM, "type='set'", config(f"{MUC}#roomconfig_maxusers")),
    "room's modes": ("iq", ROOM, "type='set'", config("irc#modes")),
    "room's name": ("iq", ROOM, "type='set'", config(f"{MUC}#roomconfig_roomname")),
    "answered message": ("message", ROOM, "type='groupchat'",
                         BODY + f"<reply xmlns='urn:xmpp:reply:0' id='{{x}}' to='{ROOM}/romeo'/>"),
    "reacted message": ("message", ROOM, "type='groupchat'",
                        "<reactions xmlns='urn:xmpp:reactions:0' id='{x}'><reaction>+</reaction></reactions>"),
    "reaction": ("message", ROOM, "type='groupchat'",
                 "<reactions xmlns='urn:xmpp:reactions:0' id='seen'><reaction>{x}</reaction></reactions>"),
    "corrected message": ("message", ROOM, "type='groupchat'",
                          BODY + "<replace xmlns='urn:xmpp:message-correct:0' id='{x}'/>"),
    "correction": ("message", ROOM, "type='groupchat'",
                   "<body>{x}</body><replace xmlns='urn:xmpp:message-correct:0' id='seen'/>"),
    "retracted message": ("message", ROOM, "type='groupchat'",
                          "<retract xmlns='urn:xmpp:message-retract:1' id='{x}'/>"),
    "moderation": ("iq", ROOM, "type='set'", "<moderate xmlns='urn:xmpp:message-moderate:1' id='{x}'>"
                   "<retract xmlns='urn:xmpp:message-retract:1'/><reason>{x}</reason></moderate>"),
    "marker": ("message", ROOM, "type='groupchat'", "<displayed xmlns='urn:xmpp:chat-markers:0' id='{x}'/>"),
    "thread": ("message", ROOM, "type='groupchat'", BODY + "<thread>{x}</thread>"),
    "origin id": ("message", ROOM, "type='groupchat'", BODY + "<origin-id xmlns='urn:xmpp:sid:0' id='{x}'/>"),
    "markup": ("message", ROOM, "type='groupchat'",
               "<body>{x}</body><markup xmlns='urn:xmpp:markup:0'><span start='0' end='3'><emphasis/></span></markup>"),
    "search": ("iq", CONSOLE, "type='get'", "<search xmlns='urn:xmpp:channel-search:0:search'>" +
               form(("FORM_TYPE", "urn:xmpp:channel-search:0:search-params"), ("q", "{x}")) + "</search>"),
    "page of a list": ("iq", CONSOLE, "type='get'", "<query xmlns='http://jabber.org/protocol/disco#items'>"
                       "<set xmlns='http://jabber.org/protocol/rsm'><max>{x}</max><after>{x}</after></set></query>"),
    "whose card": ("iq", f"romeo{{x}}%{NETWORK}@{IRC_DOMAIN}", "type='get'", "<vCard xmlns='vcard-temp'/>"),
    "whose version": ("iq", f"{ROOM}/romeo{{x}}", "type='get'", "<query xmlns='jabber:iq:version'/>"),
    "ping": ("iq", f"{ROOM}/romeo", "type='get'", "<ping xmlns='urn:xmpp:ping'>{x}</ping>"),
    "command": ("iq", CONSOLE, "type='set'", "<command xmlns='http://jabber.org/protocol/commands' node='{x}'/>"),
    "watched nick": ("presence", f"romeo{{x}}%{NETWORK}@{IRC_DOMAIN}", "type='subscribe'", "<status>{x}</status>"),
}


class GrantingServer(ScriptedIrcServer):
    capabilities = (b"message-tags server-time msgid batch echo-message labeled-response multi-prefix "
                    b"cap-notify userhost-in-names away-notify account-notify account-tag extended-join chghost setname "
                    b"invite-notify extended-monitor standard-replies draft/multiline=max-bytes=4096,max-lines=100 "
                    b"draft/message-redaction draft/read-marker draft/chathistory draft/channel-rename")
    isupport = [b"MONITOR=30 WHOX BOT=B MODES=20 ELIST=CMNTU KEYLEN=32 CHATHISTORY=50"]
    members = [b"romeo"]

    def replies(self, command, rest, nick):
        if not command.startswith(b"@"):
            return self._deeds(command, rest, nick)
        label = next((tag for tag in command[1:].lower().split(b";") if tag.startswith(b"label=")), None)
        verb, _, rest = rest.partition(b" ")
        lines = self._deeds(verb.upper(), rest, nick)
        if label is None:
            return lines
        if len(lines) < 2:
            return [b"@" + label + b" " + line for line in lines or [b":irc.test ACK"]]
        return [b"@" + label + b" :irc.test BATCH +all labeled-response",
                *(b"@batch=all " + line for line in lines), b":irc.test BATCH -all"]

    def _deeds(self, command, rest, nick):
        """What is asked for is done, at once, and romeo always comes back."""
        words = rest.split(b" ")
        own, server = b":" + nick + b"!user@127.0.0.1 ", b":irc.test "
        if b"\x01PING" in rest:
            answer = b":romeo!r@verona NOTICE " + nick + b" " + words[1] + b" " + words[2]
            return [own + command + b" " + rest, answer]
        if command in (b"PRIVMSG", b"NOTICE", b"TAGMSG", b"TOPIC", b"NICK", b"AWAY"):
            return [own + command + b" " + rest]
        if command == b"KICK":
            return [own + b"KICK " + rest, b":romeo!r@verona JOIN " + words[0]]
        if command == b"MODE" and len(words) < 3:
            return [server + b"368 " + nick + b" " + words[0] + b" :End"] if words[1:] else [
                server + b"324 " + nick + b" " + words[0] + b" +n"]
        if command == b"MODE":
            return [own + b"MODE " + rest]
        if command == b"INVITE":
            return [server + b"341 " + nick + b" " + rest]
        ends = {b"LIST": b"323", b"WHOIS": b"318", b"WHO": b"315", b"MONITOR": b"731"}
        if command in ends:
            return [server + ends[command] + b" " + nick + b" " + words[-1] + b" :End"]
        return super().replies(command, rest, nick)


@pytest.fixture(scope="module")
def stage():
    """A scripted XMPP user, operator of #hall, where romeo said something with the id "seen"; and the witness."""
    xmpp = ScriptedXmppServer()
    irc = GrantingServer()
    gateway = Gateway(make_folder(RUN_FOLDER / "injection"), xmpp.port, {NETWORK: listed_network(irc.port)},
                      access={"rate": 0}).start()
    user = ScriptedUser(xmpp, "juliet@example.org/balcony")
    user.join(ROOM, "juliet")
    irc.send(b"@msgid=seen :romeo!r@verona PRIVMSG #hall :seen")
    xmpp.wait("message", body="seen")
    yield user, irc, gateway
    gateway.finish()
    irc.close()
    xmpp.close()


def command_of(line):
    """The first word of a line of IRC behind its tags."""
    return (line.split(b" ", 1)[1] if line.startswith(b"@") else line).split(b" ", 1)[0]


class TestEveryField:
    @pytest.mark.parametrize("field", FIELDS)
    def test_a_line_break_in_it_begins_no_line(self, stage, field):
        user, irc, gateway = stage
        kind, to, attributes, inside = FIELDS[field]
        name = field.replace(" ", "-").replace("'", "")
        start = len(irc.lines)

        asked = user.server.mark()
        for number, line_break in enumerate(BREAKS):
            text = f"a{line_break}PWNED #hall :b{line_break}PWNED{line_break}"
            fill = text.replace(" ", "&#32;")
            user.send(kind, to.replace("{x}", fill), inside.replace("{x}", fill),
                      f"id='{name}-{number}' {attributes}")
        if kind == "iq":
            # Each is answered, once; what the answer waits for has been on IRC then.
            for number in range(len(BREAKS)):
                user.server.wait("iq", since=asked, id=f"{name}-{number}")
        user.send("message", ROOM, "<body>the end</body>", f"type='groupchat' id='end-{start}'")
        user.ping(IRC_DOMAIN)
        end = irc.wait_since(start, lambda line: line.endswith(b"PRIVMSG #hall :the end"), "the end")

        lines = [line for _, line in irc.lines[start:end + 1]]
        assert [line for line in lines if command_of(line) == b"PWNED"] == []
        assert not [line for line in lines if b"\r" in line or b"\0" in line]
        gateway.check()
