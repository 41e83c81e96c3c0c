"""IRC servers that misbehave: whatever they do, the gateway lives, what was asked is answered, and who is on another
network is not disturbed. Silence is in tests/transcripts, where time is a fake."""

import time

import pytest

from support.crowd import Crowd
from support.irc_servers import Inspircd
from support.process import free_port, make_folder, wait_until
from support.relay import Relay
from support.scripted_irc import ScriptedIrcServer
from support.scripted_xmpp import ScriptedUser, ScriptedXmppServer
from support.servers import Gateway, listed_network
from support.world import room_address
from support.xmpp_servers import IRC_DOMAIN

PATIENCE = 20.0  # seconds for what begins with a reconnection
CALM = "calm.example"


class Town:
    """juliet is in #hall on the network of `irc`, nurse is in #hall on a calm one; the gateway is the same."""

    def __init__(self, folder, irc):
        self.irc = irc
        self.xmpp = ScriptedXmppServer()
        self.calm = ScriptedIrcServer()
        self.gateway = Gateway(make_folder(folder), self.xmpp.port, {
            irc.network: listed_network(irc.port), CALM: listed_network(self.calm.port)}).start()
        self.juliet = ScriptedUser(self.xmpp, "juliet@example.org/balcony")
        self.nurse = ScriptedUser(self.xmpp, "nurse@example.org/kitchen")
        self.room = room_address("#hall", irc.network)
        self.nurse.join(room_address("#hall", CALM), "nurse")
        self._said = 0

    def check_calm(self):
        """nurse is heard and hears, at once, and has not been put out."""
        self._said += 1
        room = room_address("#hall", CALM)
        asked_at = time.monotonic()
        self.nurse.say(room, f"calm {self._said}", f"calm-{self._said}")
        self.xmpp.wait("message", to=self.nurse.jid, id=f"calm-{self._said}", sender=f"{room}/nurse")
        self.calm.wait(lambda line: line.endswith(f"calm {self._said}".encode()), "what nurse said")
        assert time.monotonic() - asked_at < 5
        assert not self.xmpp.all("presence", to=self.nurse.jid, type="unavailable")

    def close(self):
        self.check_calm()
        self.gateway.check()
        self.xmpp.check()
        self.gateway.finish()
        for server in (self.irc, self.calm, self.xmpp):
            server.close()


@pytest.fixture
def town(folder):
    towns = []

    def start(irc):
        towns.append(Town(folder / "town", irc))
        return towns[-1]

    yield start
    for one in towns:
        one.close()


class OddServer(ScriptedIrcServer):
    """Lines end with LF alone, blank ones are between them, and tokens fill all 15 parameters."""

    capabilities = b"message-tags server-time"
    line_end = b"\n"
    isupport = [b"AWAYLEN=200 CASEMAPPING=rfc1459 CHANLIMIT=#:20 CHANMODES=b,k,l,imnpst CHANNELLEN=64 CHANTYPES=# "
                b"ELIST=CMNTU HOSTLEN=64 KEYLEN=32 KICKLEN=255 LINELEN=512 MODES=20 PREFIX=(Yov)!@+"]
    members = [b"!prince"]

    def replies(self, command, rest, nick):
        return [part for reply in super().replies(command, rest, nick) for part in (b"", reply, b"\r")]


class NickServer(ScriptedIrcServer):
    """No nick is free."""

    def replies(self, command, rest, nick):
        if command in (b"NICK", b"USER"):
            return [b":irc.test 433 * " + nick + b" :Nickname is already in use"] if command == b"NICK" else []
        return super().replies(command, rest, nick)


class StubbornServer(ScriptedIrcServer):
    """Offers capabilities and grants none."""

    capabilities = b"message-tags server-time multi-prefix userhost-in-names batch echo-message labeled-response"

    def _capability_replies(self, subcommand, rest):
        if subcommand == b"REQ":
            return [b":irc.test CAP * NAK :" + rest.lstrip(b":")]
        return super()._capability_replies(subcommand, rest)


class GenerousServer(ScriptedIrcServer):
    """Takes back what it has granted, when the test says so, and repeats nothing to whoever spoke."""

    capabilities = b"message-tags server-time multi-prefix batch cap-notify echo-message labeled-response"

    def replies(self, command, rest, nick):
        if command.startswith(b"@"):
            _, _, line = rest.partition(b" ")
            return self.replies(rest.partition(b" ")[0], line, nick)
        return super().replies(command, rest, nick)


class TestForms:
    def test_lf_alone_blank_lines_and_fifteen_parameters(self, town):
        stage = town(OddServer())

        stage.juliet.join(stage.room, "juliet")
        stage.irc.send(b"\n\n:romeo!r@verona PRIVMSG #hall :one\n\r\n\n:romeo!r@verona PRIVMSG #hall :two")

        for text in ("one", "two"):
            assert stage.xmpp.wait("message", body=text).sender == f"{stage.room}/romeo"
        # PREFIX, the last of the tokens, is heeded.
        assert stage.xmpp.wait("presence", sender=f"{stage.room}/prince").item["role"] == "moderator"

    def test_tags_of_8190_bytes(self, town):
        stage = town(OddServer())
        stage.juliet.join(stage.room, "juliet")
        tags = b"time=2020-02-29T12:34:56.789Z;+example.org/long="
        tags += b"x" * (8190 - len(tags))

        stage.irc.send(b"@" + tags + b" :romeo!r@verona PRIVMSG #hall :" + b"y" * 400)

        message = stage.xmpp.wait("message", body="y" * 400)
        assert message.xml.find("{urn:xmpp:delay}delay").get("stamp").startswith("2020-02-29T12:34:56")


class TestRefusals:
    def test_no_nick_is_free(self, town):
        stage = town(NickServer())

        stage.juliet.send("presence", f"{stage.room}/juliet", "<x xmlns='http://jabber.org/protocol/muc'/>")

        error = stage.xmpp.wait("presence", to=stage.juliet.jid, type="error")
        assert (error.condition, error.error_type) == ("conflict", "cancel")
        tried = [line for _, line in stage.irc.lines if line.startswith(b"NICK")]
        assert 2 < len(tried) <= 10 and len(set(tried)) == len(tried)

    def test_no_capability_is_granted(self, town):
        stage = town(StubbornServer())

        stage.juliet.join(stage.room, "juliet")
        stage.juliet.say(stage.room, "without any", "plain")

        stage.xmpp.wait("message", to=stage.juliet.jid, id="plain", sender=f"{stage.room}/juliet")
        stage.irc.wait(lambda line: line == b"PRIVMSG #hall :without any", "the message without tags")

    def test_capabilities_are_taken_back(self, town):
        stage = town(GenerousServer())
        stage.juliet.join(stage.room, "juliet")

        stage.irc.send(b":irc.test CAP juliet DEL :echo-message labeled-response message-tags")
        stage.irc.send(b":romeo!r@verona PRIVMSG #hall :taken back")
        stage.xmpp.wait("message", body="taken back")
        stage.juliet.say(stage.room, "without any", "plain")

        stage.xmpp.wait("message", to=stage.juliet.jid, id="plain", sender=f"{stage.room}/juliet")
        stage.irc.wait(lambda line: line == b"PRIVMSG #hall :without any", "the message without tags")

    @pytest.mark.parametrize("command", [b"CAP", b"NICK", b"USER", b"JOIN"])
    def test_a_connection_that_ends_at_that_command(self, town, command):
        irc = ScriptedIrcServer()
        irc.closes_at = command
        stage = town(irc)

        stage.juliet.send("presence", f"{stage.room}/juliet", "<x xmlns='http://jabber.org/protocol/muc'/>")

        error = stage.xmpp.wait("presence", to=stage.juliet.jid, type="error", timeout=30)
        assert error.condition in ("remote-server-timeout", "service-unavailable")
        irc.closes_at = None
        stage.juliet.join(stage.room, "juliet")


class TestCrowds:
    MEMBERS = [b"member%d" % number for number in range(5000)]

    def test_five_thousand_names(self, town):
        irc = ScriptedIrcServer()
        irc.members = self.MEMBERS
        stage = town(irc)

        stage.juliet.send("presence", f"{stage.room}/juliet", "<x xmlns='http://jabber.org/protocol/muc'/>")
        stage.check_calm()

        own = stage.xmpp.wait("presence", to=stage.juliet.jid, statuses={110}, timeout=30)
        others = stage.xmpp.all("presence", to=stage.juliet.jid, type="")
        assert len(others) == len(self.MEMBERS) + 1
        assert others[-1] is own
        assert len({stanza.sender for stanza in others}) == len(others)

    @pytest.mark.parametrize("is_batch", [True, False], ids=["batch", "one by one"])
    def test_a_netsplit_of_three_thousand(self, town, is_batch):
        irc = ScriptedIrcServer()
        irc.capabilities = b"batch message-tags"
        irc.members = self.MEMBERS[:3000]
        stage = town(irc)
        stage.juliet.join(stage.room, "juliet")

        tag = b"@batch=split " if is_batch else b""
        lines = [tag + b":%s!m@mantua QUIT :irc.test mantua.test" % nick for nick in irc.members]
        if is_batch:
            lines = [b":irc.test BATCH +split netsplit irc.test mantua.test", *lines, b":irc.test BATCH -split"]
        irc.send(irc.line_end.join([*lines, b":romeo!r@verona PRIVMSG #hall :where are they?"]))
        stage.check_calm()

        def gone_ones():
            return stage.xmpp.all("presence", to=stage.juliet.jid, type="unavailable")

        stage.xmpp.wait("message", to=stage.juliet.jid, body="where are they?", timeout=30)
        wait_until(lambda: len(gone_ones()) >= len(irc.members), "everybody is gone", 30)
        gone = gone_ones()
        assert {stanza.nick for stanza in gone} == {nick.decode() for nick in irc.members}
        assert len(gone) == len(irc.members)

    def test_a_connection_that_ends_in_the_middle_of_three_thousand_names(self, town):
        class BreakingServer(ScriptedIrcServer):
            members = self.MEMBERS[:3000]
            is_whole = False

            def replies(self, command, rest, nick):
                lines = super().replies(command, rest, nick)
                if command == b"JOIN" and not self.is_whole:
                    self.is_whole = True
                    return lines[:len(lines) // 2] + [None]
                return lines

        stage = town(BreakingServer())

        stage.juliet.send("presence", f"{stage.room}/juliet", "<x xmlns='http://jabber.org/protocol/muc'/>")

        # Entered by the second connection, or refused: no half of a room either way.
        answer = stage.xmpp.wait("presence", to=stage.juliet.jid, timeout=30)
        if answer.type == "error":
            stage.juliet.join(stage.room, "juliet")
        stage.xmpp.wait("presence", to=stage.juliet.jid, statuses={110}, timeout=30)
        there = stage.xmpp.all("presence", to=stage.juliet.jid, type="")
        assert len(there) == 3001


class TestKilled:
    MEMBERS = 400

    def test_inspircd_is_killed_in_the_middle_of_a_join(self, own_world):
        """A relay holds back the second half of the names; the server dies before it is there."""
        world = own_world(ircds=[Inspircd], networks={"relay.example": listed_network(port := free_port())})
        channel = world.channel()
        crowd = Crowd(world.ircd.port, "member", self.MEMBERS, channel)
        relay = Relay(port, world.ircd.port, b"member200")
        nurse = world.xmpp("nurse")
        nurse.join(world.room(channel), nurse.name)
        juliet = world.xmpp()
        room = world.room(channel, "relay.example")
        start = juliet.mark()

        juliet.send_join(room, juliet.name)
        assert relay.held.wait(20)
        world.ircd.kill()
        relay.release()

        gone = nurse.wait("presence", sender=f"{world.room(channel)}/{nurse.name}", type="unavailable")
        assert {110, 333} <= gone.statuses
        assert nurse.ping(IRC_DOMAIN).type == "result"
        reentry = nurse.mark()
        world.ircd.start()
        # What entering was begun with is answered: by the next connection, or by an error.
        answer = juliet.wait("presence", since=start, timeout=PATIENCE, sender=f"{room}/{juliet.name}")
        if answer.type == "error":
            juliet.join(room, juliet.name, timeout=PATIENCE)
        nurse.wait("presence", since=reentry, timeout=PATIENCE, sender=f"{world.room(channel)}/{nurse.name}", type="",
                   statuses={110})
        shown = [stanza.nick for stanza in juliet.all("presence", since=start, type="")]
        assert not set(shown) & set(crowd.nicks), "half a room was shown"
        message_id = juliet.send_message(room, "who is left?")
        nurse.wait("message", body="who is left?", sender=f"{world.room(channel)}/{juliet.name}")
        juliet.wait("message", id=message_id, type="groupchat")
        crowd.close()
        relay.close()
