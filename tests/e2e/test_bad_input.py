"""Input that is wrong, hostile or not meant for us gets a clear answer: never a crash, silence, or a lost message."""

import contextlib
import itertools

import pytest

from support.irc_client import IrcUser
from support.irc_servers import Inspircd, Ngircd
from support.process import RUN_FOLDER, make_folder
from support.scripted_irc import ScriptedIrcServer
from support.scripted_xmpp import ScriptedUser, ScriptedXmppServer
from support.servers import Gateway, listed_network
from support.world import World, person_address, room_address
from support.xmpp_servers import IRC_DOMAIN

OMEMO = "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>AAAA</payload></encrypted>"
OMEMO_2 = "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'/><payload>AAAA</payload></encrypted>"
OPENPGP = "<openpgp xmlns='urn:xmpp:openpgp:0'>AAAA</openpgp>"
ENCRYPTION = "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>"
_numbers = itertools.count(1)


class TestMessagesWithoutText:
    @pytest.mark.parametrize("payload", [OMEMO, OMEMO_2, OPENPGP, OMEMO + ENCRYPTION, ENCRYPTION])
    @pytest.mark.parametrize("type", ["groupchat", "chat"])
    def test_an_encrypted_message_is_refused_and_its_fallback_never_relayed(self, world, payload, type):
        juliet, room, romeo, _ = world.pair()
        target = room if type == "groupchat" else world.person(romeo.nick)

        message_id = juliet.send_message(target, "This message is encrypted.", type=type, extra=payload)

        error = juliet.wait("message", id=message_id)
        assert (error.type, error.condition) == ("error", "not-acceptable")
        assert "encrypted" in error.error_text
        juliet.send_message(target, "in the clear", type=type)
        romeo.wait(type=None, text="in the clear")
        assert not romeo.all(text="This message is encrypted.")

    @pytest.mark.parametrize("body", [None, "", " ", "\n\n"], ids=["none", "empty", "blank", "line feeds"])
    @pytest.mark.parametrize("type", ["groupchat", "chat"])
    def test_a_message_without_text_is_refused(self, world, body, type):
        juliet, room, romeo, _ = world.pair()

        message_id = juliet.send_message(room if type == "groupchat" else world.person(romeo.nick), body, type=type,
                                         extra="<unknown xmlns='urn:example:unknown'/>")

        error = juliet.wait("message", id=message_id)
        assert (error.type, error.condition) == ("error", "not-acceptable")
        assert error.error_text
        romeo.sync()
        assert not romeo.all("pubmsg") and not romeo.all("privmsg")

    @pytest.mark.parametrize("signal", [
        "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
        "<received xmlns='urn:xmpp:receipts' id='x'/>",
        "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>",
    ], ids=["chat state", "receipt", "marker"])
    @pytest.mark.parametrize("type", ["groupchat", "chat"])
    def test_what_clients_tell_each_other_is_passed_over_in_silence(self, world, signal, type):
        juliet, room, romeo, _ = world.pair()
        start = juliet.mark()

        juliet.send_message(room if type == "groupchat" else world.person(romeo.nick), None, type=type, extra=signal)

        juliet.ping(f"{room}/{juliet.name}")
        assert not juliet.all("message", since=start)
        romeo.sync()
        assert not romeo.all("pubmsg") and not romeo.all("privmsg")


class Bare:
    """A gateway between an XMPP server that a test writes byte by byte and real IRC servers."""

    def __init__(self, folder, ircds):
        self.xmpp = ScriptedXmppServer()
        self.ircds = {ircd.network: ircd for ircd in ircds}
        networks = {name: listed_network(ircd.port) for name, ircd in self.ircds.items()}
        self.gateway = Gateway(folder, self.xmpp.port, networks).start()

    def close(self):
        self.xmpp.check()
        self.gateway.finish()
        self.xmpp.close()

    def user(self):
        nick = World.name("juliet")
        user = ScriptedUser(self.xmpp, f"{nick}@example.org/balcony")
        user.nick = nick
        return user

    @contextlib.contextmanager
    def pair(self, network):
        """(user, room, peer, channel): a scripted XMPP user and an IRC user in one channel."""
        self.gateway.check()
        channel = World.channel()
        room = room_address(channel, network)
        peer = IrcUser(self.ircds[network].port, World.name("romeo")).connect().join(channel)
        user = self.user()
        user.join(room, user.nick)
        peer.wait("join", source=user.nick)
        yield user, room, peer, channel
        peer.close()
        user.send("presence", f"{room}/{user.nick}", "", "type='unavailable'")
        self.gateway.check()


@pytest.fixture(scope="session")
def running_ircds():
    folder = make_folder(RUN_FOLDER / "bad-input-ircds")
    servers = [kind(folder).start() for kind in (Ngircd, Inspircd)]
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def bare(running_ircds):
    shared = Bare(make_folder(RUN_FOLDER / "bad-input"), running_ircds)
    yield shared
    shared.close()


@pytest.fixture
def stage(bare, ircd):
    with bare.pair(ircd.network) as pair:
        yield pair


BREAKS = [pytest.param("&#13;", id="CR"), pytest.param("&#10;", id="LF"), pytest.param("&#13;&#10;", id="CRLF"),
          pytest.param("\r", id="raw CR"), pytest.param("\u2028", id="line separator"),
          pytest.param("\u0085", id="NEL")]


class TestInjection:
    """No text of a user becomes a line of its own: whatever stands behind a line break is never carried out."""

    COMMAND = "PRIVMSG {target} :pwned"

    @pytest.fixture
    def watch(self, bare, ircd):
        """An IRC user in a channel in which nothing must ever be said."""
        channel = World.channel()
        user = IrcUser(bare.ircds[ircd.network].port, World.name("paris")).connect().join(channel)
        user.channel = channel
        yield user
        user.sync()
        heard = [event for kind in ("pubmsg", "privmsg", "pubnotice", "join") for event in user.of_others(kind)]
        user.close()
        assert not heard

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_in_a_body(self, stage, watch, line_break):
        user, room, peer, _ = stage

        user.say(room, f"one{line_break}{self.COMMAND.format(target=watch.channel)}{line_break}QUIT :x", "body")

        user.server.wait("message", id="body", to=user.jid)
        user.say(room, "still here", f"after{next(_numbers)}")
        peer.wait("pubmsg", source=user.nick, text="still here")
        peer.wait("pubmsg", source=user.nick, text=lambda text: "one" in text)

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_in_a_private_message(self, stage, ircd, watch, line_break):
        user, room, peer, _ = stage

        user.say(person_address(peer.nick, ircd.network), f"one{line_break}{self.COMMAND.format(target=watch.channel)}",
                 "body", "chat")

        peer.wait("privmsg", source=user.nick, text=lambda text: "one" in text)

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_in_a_subject(self, stage, watch, line_break):
        user, room, peer, channel = stage
        text = f"one{line_break}{self.COMMAND.format(target=watch.channel)}"

        user.send("message", room, f"<subject>{text}</subject>", "type='groupchat' id='subject'")

        topic = peer.wait("topic", source=user.nick, target=channel)
        assert topic.text.startswith("one")

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_in_the_words_of_leaving(self, stage, ircd, watch, line_break):
        user, room, peer, channel = stage
        other = room_address(World.channel(), ircd.network)
        user.join(other, user.nick)  # so that the connection outlives the channel

        user.send("presence", f"{room}/{user.nick}",
                  f"<status>bye{line_break}{self.COMMAND.format(target=watch.channel)}</status>", "type='unavailable'")

        assert peer.wait("part", source=user.nick, target=channel).text.startswith("bye")
        user.send("presence", f"{other}/{user.nick}", "", "type='unavailable'")

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_in_a_key(self, bare, stage, ircd, watch, line_break):
        user, _, peer, _ = stage
        closed = World.channel()
        start = bare.xmpp.mark()

        user.send("presence", f"{room_address(closed, ircd.network)}/{user.nick}",
                  f"<x xmlns='http://jabber.org/protocol/muc'><password>key{line_break}"
                  f"{self.COMMAND.format(target=watch.channel)}</password></x>")

        error = bare.xmpp.wait("presence", since=start, type="error", to=user.jid)
        assert error.condition in ("not-authorized", "bad-request", "not-acceptable")

    @pytest.mark.parametrize("line_break", BREAKS)
    def test_in_a_nick_or_an_address(self, bare, stage, ircd, watch, line_break):
        """Line breaks are no part of any address (RFC 6122): error or silence would be wrong here and there, but a
        command would be wrong everywhere."""
        user, room, peer, _ = stage
        command = self.COMMAND.format(target=watch.channel).replace(" ", "&#32;")
        start = bare.xmpp.mark()

        user.send("presence", f"{room}/nick{line_break}{command}", "", "id='nick'")
        user.send("presence", f"#x{line_break}{command}%{ircd.network}@{IRC_DOMAIN}/{user.nick}",
                  "<x xmlns='http://jabber.org/protocol/muc'/>", "id='room'")
        user.say(f"nick{line_break}{command}%{ircd.network}@{IRC_DOMAIN}", "x", "person", "chat")

        user.ping(room)
        user.say(room, "still here", f"after{next(_numbers)}")
        peer.wait("pubmsg", text="still here")
        for stanza_id in ("room", "person"):
            assert bare.xmpp.wait(since=start, id=stanza_id).type == "error"

    def test_in_escaped_addresses(self, bare, stage, ircd, watch):
        """The escapes of XEP-0106 and =hh decode to bytes that are checked like any others."""
        user, _, _, _ = stage
        start = bare.xmpp.mark()
        names = ["x=0d=0aPRIVMSG\\20" + watch.channel + "\\20:pwned", "x=00y", "x\\20y", "x=0dQUIT", "#x=0d=0aQUIT",
                 "#x=07y", "#x=2cy", "x=21y=40z", ":x", "#x=00"]
        for number, name in enumerate(names):
            user.say(f"{name}%{ircd.network}@{IRC_DOMAIN}", "text", f"escaped{number}", "chat")
        for number in range(len(names)):
            assert bare.xmpp.wait("message", since=start, id=f"escaped{number}").type == "error"


class TestAddresses:
    @pytest.mark.parametrize("local", [
        "nonetwork", "%{network}", "nick%", "%%", "a b%{network}", "nick%no host", "n&#xE000;k%{network}",
        "nick%{network}\u200b", "x" * 1100 + "%{network}", "#" + "\u20ac" * 400 + "%{network}",
        "nick%256.256.256.256", "nick%[::1]"], ids=lambda local: ascii(local[:30]))
    @pytest.mark.parametrize("kind", ["message", "presence", "iq"])
    def test_a_stanza_to_an_address_that_is_none_is_answered(self, bare, ircd, local, kind):
        user = bare.user()
        start = bare.xmpp.mark()
        inside = {"message": "<body>hello</body>", "presence": "<x xmlns='http://jabber.org/protocol/muc'/>",
                  "iq": "<ping xmlns='urn:xmpp:ping'/>"}[kind]
        attributes = {"message": "type='chat' id='m'", "presence": "id='p'", "iq": "type='get' id='i'"}[kind]

        user.send(kind, f"{local.format(network=ircd.network)}@{IRC_DOMAIN}/nick", inside, attributes)

        answer = bare.xmpp.wait(kind, since=start, to=user.jid)
        assert answer.type == "error"
        assert answer.condition
        bare.gateway.check()

    def test_a_stanza_to_a_domain_that_is_not_ours(self, bare):
        user = bare.user()
        start = bare.xmpp.mark()

        user.send("message", "somebody@elsewhere.example", "<body>hello</body>", "type='chat' id='elsewhere'")

        user.ping(IRC_DOMAIN)
        # We may not answer in the name of others: the server would close the stream.
        assert not bare.xmpp.all(since=start, sender="somebody@elsewhere.example")

    @pytest.mark.parametrize("attributes", ["", "from=''", "from='@example.org'", "from='juliet@example.org/a' to=''"])
    def test_a_stanza_without_sensible_addresses_harms_nobody(self, bare, stage, attributes):
        user, room, peer, _ = stage

        bare.xmpp.send(f"<message type='chat' {attributes}><body>who am I?</body></message>")

        user.say(room, "still here", f"after{next(_numbers)}")
        peer.wait("pubmsg", text="still here")

    def test_errors_are_not_answered_with_errors(self, bare, stage, ircd):
        user, room, peer, _ = stage
        start = bare.xmpp.mark()
        person = person_address(peer.nick, ircd.network)
        for target in (IRC_DOMAIN, person, f"nick%@{IRC_DOMAIN}", f"nonetwork@{IRC_DOMAIN}"):
            for kind in ("message", "presence", "iq"):
                user.send(kind, target, "<error type='cancel'><item-not-found "
                                        "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "type='error' id='e'")
        user.send("iq", IRC_DOMAIN, "", "type='result' id='e'")

        user.ping(IRC_DOMAIN)
        assert not bare.xmpp.all(since=start, id="e")


class TestXml:
    @pytest.fixture
    def fresh(self, folder, running_ircds):
        """A gateway for a test that ends its stream: the more often that happens, the longer it waits."""
        own = Bare(folder, running_ircds)
        yield own
        own.close()

    @pytest.mark.parametrize("xml, condition", [
        pytest.param("<message from='juliet@example.org/a' to='{to}'><body>x</message></body>", "not-well-formed",
                     id="tags that do not match"),
        pytest.param("<message from='juliet@example.org/a' to='{to}'><body>&#1;</body></message>", "not-well-formed",
                     id="reference to a control character"),
        pytest.param("<message from='juliet@example.org/a' to='{to}'><body>\x01</body></message>", "not-well-formed",
                     id="control character"),
        pytest.param("<message from='juliet@example.org/a' to='{to}'><body>&nbsp;</body></message>", "not-well-formed",
                     id="unknown entity"),
        pytest.param("<message a='1' a='2' from='juliet@example.org/a' to='{to}'/>", "not-well-formed",
                     id="attribute twice"),
        pytest.param("<x:message from='juliet@example.org/a' to='{to}'/>", "not-well-formed", id="unbound prefix"),
        pytest.param("<!-- a comment -->", "restricted-xml", id="comment"),
        pytest.param("<?target instruction?>", "restricted-xml", id="processing instruction"),
        pytest.param("<!DOCTYPE x [<!ENTITY e 'e'>]>", "restricted-xml", id="document type"),
    ])
    def test_what_is_no_xml_of_a_stream_ends_the_stream_which_is_opened_again(self, fresh, xml, condition):
        with fresh.pair(Ngircd.network) as (user, room, peer, _):
            fresh.xmpp.send(xml.format(to=IRC_DOMAIN))

            assert fresh.xmpp.wait_for_stream_error() == condition
            fresh.xmpp.wait_for_stream(2)
            user.join(room, user.nick)
            user.say(room, "back again", "again")
            peer.wait("pubmsg", source=user.nick, text="back again")
            assert len(peer.all("join", source=user.nick)) == 1, "the IRC connection was not kept"

    def test_an_element_that_is_not_closed_does_not_swallow_what_follows(self, fresh):
        fresh.xmpp.send(f"<message from='juliet@example.org/a' to='{IRC_DOMAIN}'><body>x</message>"
                        f"<message from='juliet@example.org/a' to='{IRC_DOMAIN}'><body>y</body></message>")

        assert fresh.xmpp.wait_for_stream_error() == "not-well-formed"
        fresh.xmpp.wait_for_stream(2)

    def test_ill_formed_utf8_ends_the_stream(self, fresh):
        fresh.xmpp.send(f"<message from='juliet@example.org/a' to='{IRC_DOMAIN}'><body>".encode() +
                        b"\xc3\x28 \xf0\x9f</body></message>")

        assert fresh.xmpp.wait_for_stream_error() in ("not-well-formed", "bad-format", "unsupported-encoding")
        fresh.xmpp.wait_for_stream(2)

    def test_an_unknown_stanza_is_no_reason_to_stop(self, bare, stage):
        user, room, peer, _ = stage

        bare.xmpp.send("<unknown xmlns='urn:example:unknown'><deep/></unknown>   \n  ")

        user.say(room, "still here", f"after{next(_numbers)}")
        peer.wait("pubmsg", text="still here")

    @pytest.mark.parametrize("inside", [
        pytest.param("x" * (2 * 1024 * 1024), id="2 MiB"),
        pytest.param("</body>" + "<d xmlns='urn:example:deep'>" + "<d>" * 9_999 + "</d>" * 10_000 + "<body>",
                     id="10,000 deep"),
    ])
    def test_a_monstrous_stanza_is_skipped_and_answered(self, bare, stage, inside):
        user, room, peer, _ = stage
        monster = (f"<message from='{user.jid}' to='{room}' type='groupchat' id='monster'><body>{inside}</body>"
                   f"</message>").encode()
        streams = bare.xmpp.streams
        user.say(room, "warm up", f"warm{next(_numbers)}")
        bare.xmpp.send(monster)
        peer.wait("pubmsg", text="warm up")
        bare.xmpp.wait("message", id="monster")
        user.ping(IRC_DOMAIN)
        before = bare.gateway.memory()

        for number in range(10):
            start = bare.xmpp.mark()
            user.say(room, f"before {number}", f"before{next(_numbers)}")
            bare.xmpp.send(monster)
            user.say(room, f"behind {number}", f"behind{next(_numbers)}")
            peer.wait("pubmsg", text=f"before {number}")
            peer.wait("pubmsg", text=f"behind {number}")
            error = bare.xmpp.wait("message", since=start, id="monster")
            assert (error.type, error.condition) == ("error", "policy-violation")

        assert bare.gateway.memory() < before + 4 * 1024 * 1024
        assert bare.xmpp.streams == streams

    def test_control_characters_in_a_body_that_xml_allows_are_told(self, bare, stage):
        user, room, peer, _ = stage

        user.say(room, "tab\tdelete\x7fend", f"delete{next(_numbers)}")

        peer.wait("pubmsg", source=user.nick, text=lambda text: text.startswith("tab\tdelete"))


class TestLinesThatNoRfcAllows:
    """A scripted IRC server that sends what it likes."""

    @pytest.fixture(scope="class")
    def odd(self, request):
        folder = make_folder(RUN_FOLDER / "odd_irc_server")
        xmpp = ScriptedXmppServer()
        irc = ScriptedIrcServer()
        gateway = Gateway(folder, xmpp.port, {irc.network: listed_network(irc.port)}).start()
        user = ScriptedUser(xmpp, "juliet@example.org/balcony")
        room = room_address("#hall", irc.network)
        user.join(room, "juliet")
        yield user, room, irc, gateway
        xmpp.check()
        gateway.finish()
        irc.close()
        xmpp.close()

    LINES = [
        b"", b"   ", b":", b": ", b"@", b"@ ", b":prefix", b"@tag=x", b"@tag=x :prefix", b"\x00", b"\xff\xfe\xfd",
        b"PRIVMSG", b"PRIVMSG #hall", b":a PRIVMSG #hall", b":!@ PRIVMSG #hall :x", b":\xc3\x28!b@c PRIVMSG #hall :x",
        b":a!b@c PRIVMSG #hall :bare\rCR", b":a PRIVMSG #hall :\x03\x03,\x0399,99\x04zz\x02",
        b":a PRIVMSG juliet :\x01", b":a PRIVMSG juliet :\x01\x01", b":a PRIVMSG juliet :\x01 \x01",
        b"NICK", b":juliet NICK", b":juliet NICK :", b":a NICK b c d",
        b"JOIN", b":a JOIN", b":a!b@c JOIN :", b":a!b@c JOIN #elsewhere", b":a\x02b!c@d JOIN #hall",
        b"KICK #hall", b"KICK #hall juliets", b"MODE", b"MODE #hall +o", b"MODE #hall +ovbklXYZ", b"TOPIC #hall",
        b"BATCH", b"BATCH +", b"BATCH -x", b"CAP", b"CAP * NAK", b"CAP * ACK :nothing",
        b":irc.test 001", b":irc.test 005 juliet CASEMAPPING= PREFIX=( CHANMODES NICKLEN=x LINELEN=-1 :x",
        b":irc.test 333 juliet #hall x notatime", b":irc.test 353", b":irc.test 353 juliet = #hall :@ + @+ ,",
        b":irc.test 366", b":irc.test 404 juliet #hall", b":irc.test 404 juliet #hall :Cannot send to channel",
        b":irc.test 433", b":irc.test 999 juliet", b":irc.test 0000 juliet",
        b":" + b"p" * 600 + b" PRIVMSG #hall :x", b":a PRIVMSG #hall " + b"x " * 250,
        b"@" + b"t=v;" * 2500 + b" PING :x", b"P" * 600, b"y" * 20_000,
    ]

    @pytest.mark.parametrize("line", LINES, ids=lambda line: repr(line[:40]))
    def test_does_no_harm(self, odd, line):
        user, room, irc, gateway = odd
        number = next(_numbers)

        irc.send(line)
        irc.send(f":romeo!r@verona PRIVMSG #hall :after {number}".encode())

        message = user.server.wait("message", body=f"after {number}")
        assert message.sender == f"{room}/romeo"
        gateway.check()
        user.server.check()
