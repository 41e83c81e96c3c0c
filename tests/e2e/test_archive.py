"""What was said, after it was said (XEP-0313): on rooms and on people, with real servers."""

from datetime import datetime, timezone

import pytest

from support.scripted_irc import ScriptedIrcServer
from support.servers import listed_network
from support.xmpp_client import CLIENT, DISCO_INFO

MAM = "urn:xmpp:mam:2"
RSM = "http://jabber.org/protocol/rsm"
FORWARDED = "{urn:xmpp:forward:0}forwarded"


def field(name, *values):
    return f"<field var='{name}'>" + "".join(f"<value>{value}</value>" for value in values) + "</field>"


class Page:
    """The answer to a query: its messages, and what the end says of them."""

    def __init__(self, user, address, inside=""):
        start = user.mark()
        self.answer = user.request(address, f"<query xmlns='{MAM}' queryid='q'>{inside}</query>", type="set")
        results = [stanza.xml.find(f"{{{MAM}}}result") for stanza in user.all("message", since=start, sender=address)]
        self.results = [result for result in results if result is not None]
        self.ids = [result.get("id") for result in self.results]
        self.messages = [result.find(f"{FORWARDED}/{CLIENT}message") for result in self.results]
        self.bodies = [message.findtext(f"{CLIENT}body") for message in self.messages]
        fin = self.answer.xml.find(f"{{{MAM}}}fin")
        self.is_complete = fin is not None and fin.get("complete") == "true"
        count = self.answer.xml.findtext(f"{{{MAM}}}fin/{{{RSM}}}set/{{{RSM}}}count")
        self.count = None if count is None else int(count)
        assert all(result.get("queryid") == "q" for result in self.results)


def page(user, address, max=None, after=None, before=None, fields="", more=""):
    form = f"<x xmlns='jabber:x:data' type='submit'>{field('FORM_TYPE', MAM)}{fields}</x>" if fields else ""
    limits = "".join(f"<{name}>{value}</{name}>" for name, value in
                     (("max", max), ("after", after), ("before", before)) if value is not None)
    rsm = f"<set xmlns='{RSM}'>{limits}</set>" if limits else ""
    return Page(user, address, form + rsm + more)


@pytest.mark.ejabberd
class TestRooms:
    def test_who_comes_back_pages_back(self, world):
        juliet, room, romeo, channel = world.pair()
        for number in range(5):
            romeo.say(channel, f"line {number}")
            juliet.wait("message", body=f"line {number}")
        juliet.send_message(room, "mine")
        juliet.wait("message", body="mine", sender=f"{room}/{juliet.name}")
        juliet.leave(room, juliet.name)
        romeo.wait("part", source=juliet.name)
        romeo.say(channel, "behind her back")
        mark = juliet.mark()
        juliet.join(room, juliet.name, history="<history maxstanzas='0'/>")
        assert not juliet.all("message", since=mark, type="groupchat", body=lambda body: True)

        last = page(juliet, room, max=4, before="")
        assert last.bodies == ["line 2", "line 3", "line 4", "mine"]
        assert last.count == 6
        assert not last.is_complete
        first = page(juliet, room, max=4, before=last.ids[0])
        assert first.bodies == ["line 0", "line 1"]
        assert first.is_complete

    def test_the_ids_are_those_of_the_messages_when_they_were_said(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.say(channel, "remember me")
        heard = juliet.wait("message", body="remember me")
        stanza_id = heard.xml.find("{urn:xmpp:sid:0}stanza-id")

        kept = page(juliet, room)
        assert kept.ids == [stanza_id.get("id")]
        assert stanza_id.get("by") == room
        assert kept.messages[0].get("from") == f"{room}/{romeo.nick}"
        assert kept.messages[0].get("to") is None

    def test_a_second_user_sees_nothing_from_before_they_came(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.say(channel, "for juliet only")
        juliet.wait("message", body="for juliet only")
        nurse = world.xmpp("nurse")
        nurse.join(room, nurse.name)
        assert not nurse.all("message", body="for juliet only")
        romeo.say(channel, "for both")
        for user in (juliet, nurse):
            user.wait("message", body="for both")

        assert page(nurse, room).bodies == ["for both"]
        both = page(juliet, room)
        assert both.bodies == ["for juliet only", "for both"]
        assert both.ids[1] == page(nurse, room).ids[0], "one copy for all who heard it"

    def test_what_one_user_of_the_gateway_says_is_there_once_for_all(self, world):
        juliet, room, romeo, channel = world.pair()
        nurse = world.xmpp("nurse")
        nurse.join(room, nurse.name)
        juliet.send_message(room, "good morrow")
        romeo.wait("pubmsg", text="good morrow")
        juliet.wait("message", body="good morrow", sender=f"{room}/{juliet.name}")
        nurse.wait("message", body="good morrow")
        juliet.send_message(room, "two\nlines")
        nurse.wait("message", body="lines")

        hers, others = page(juliet, room), page(nurse, room)
        assert hers.bodies == ["good morrow", "two\nlines"]
        assert others.bodies == hers.bodies
        assert others.ids == hers.ids

    def test_history_comes_on_entering(self, world):
        juliet, room, romeo, channel = world.pair()
        for number in range(4):
            romeo.say(channel, f"line {number}")
            juliet.wait("message", body=f"line {number}")
        juliet.leave(room, juliet.name)
        romeo.wait("part", source=juliet.name)

        entry = juliet.join(room, juliet.name, history="<history maxstanzas='2'/>")
        assert [message.body for message in entry.history] == ["line 2", "line 3"]
        assert all(message.is_delayed for message in entry.history)

    def test_filters(self, world):
        juliet, room, romeo, channel = world.pair()
        paris = world.irc("paris", channel)
        for user, text in ((romeo, "a"), (paris, "b"), (romeo, "c"), (paris, "d")):
            user.say(channel, text)
            juliet.wait("message", body=text)
        every = page(juliet, room)
        assert every.bodies == ["a", "b", "c", "d"]
        by_paris = page(juliet, room, fields=field("with", f"{room}/{paris.nick}"))
        assert by_paris.bodies == ["b", "d"]
        assert by_paris.count == 2
        assert page(juliet, room, fields=field("with", world.person(paris.nick))).bodies == ["b", "d"]
        between = field("after-id", every.ids[0]) + field("before-id", every.ids[3])
        assert page(juliet, room, fields=between).bodies == ["b", "c"]
        assert page(juliet, room, fields=field("ids", every.ids[2], every.ids[0])).bodies == ["a", "c"]
        assert page(juliet, room, more="<flip-page/>").bodies == ["d", "c", "b", "a"]
        stamp = every.results[2].find(f"{FORWARDED}/{{urn:xmpp:delay}}delay").get("stamp")
        assert "c" in page(juliet, room, fields=field("start", stamp)).bodies
        assert page(juliet, room, fields=field("end", "2001-01-01T00:00:00Z")).bodies == []

    def test_nonsense_has_defined_answers(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.say(channel, "a")
        juliet.wait("message", body="a")
        assert page(juliet, room, max=1, after="nonsense").answer.condition == "item-not-found"
        assert page(juliet, room, max=1, before="nonsense").answer.condition == "item-not-found"
        assert page(juliet, room, fields=field("ids", "nonsense")).answer.condition == "item-not-found"
        assert page(juliet, room, max="many").answer.condition == "bad-request"
        assert page(juliet, room, max=-1).answer.condition == "bad-request"
        assert page(juliet, room, max=1, after="a", before="b").answer.condition == "bad-request"
        assert page(juliet, room, fields=field("start", "yesterday")).answer.condition == "bad-request"
        assert page(juliet, room, fields=field("nonsense", "1")).answer.condition == "feature-not-implemented"
        assert page(juliet, room, max=0).count == 1

    def test_it_is_announced_and_describes_itself(self, world):
        juliet, room, romeo, channel = world.pair()
        info = juliet.query(room, DISCO_INFO)
        features = {feature.get("var") for feature in info.xml.iter(f"{{{DISCO_INFO}}}feature")}
        assert {MAM, f"{MAM}#extended"} <= features
        form = juliet.request(room, f"<query xmlns='{MAM}'/>")
        names = {one.get("var") for one in form.xml.iter("{jabber:x:data}field")}
        assert names == {"FORM_TYPE", "with", "start", "end", "before-id", "after-id", "ids"}
        empty = juliet.request(room, f"<metadata xmlns='{MAM}'/>").xml.find(f"{{{MAM}}}metadata")
        assert len(empty) == 0
        for text in ("first", "last"):
            romeo.say(channel, text)
            juliet.wait("message", body=text)
        metadata = juliet.request(room, f"<metadata xmlns='{MAM}'/>").xml.find(f"{{{MAM}}}metadata")
        ids = page(juliet, room).ids
        assert [bound.get("id") for bound in metadata] == ids


@pytest.mark.ejabberd
class TestPeople:
    def test_a_conversation_is_kept_for_whoever_had_it(self, world):
        juliet, _, romeo, _ = world.pair()
        person = world.person(romeo.nick)
        juliet.send_message(person, "art thou there?", type="chat")
        romeo.wait("privmsg", text="art thou there?")
        romeo.say(juliet.name, "aye")
        juliet.wait("message", type="chat", body="aye")

        kept = page(juliet, person)
        assert kept.bodies == ["art thou there?", "aye"]
        assert [message.get("from") for message in kept.messages] == [juliet.bare_jid, person]
        assert [message.get("to") for message in kept.messages] == [person, juliet.bare_jid]
        nurse = world.xmpp("nurse")
        assert page(nurse, person).bodies == []


class HistoryServer(ScriptedIrcServer):
    """Tells of what was said on a channel (draft/chathistory), at most `most` messages at once. `said` are (id, time,
    text)."""

    capabilities = b"message-tags batch server-time draft/chathistory"
    most = 20
    isupport = [b"CHANTYPES=# CHATHISTORY=20"]
    members = [b"romeo"]

    def __init__(self):
        super().__init__()
        self.said = []

    def say(self, text):
        """Now; nobody hears it who is not there."""
        self.said.append((f"m{len(self.said)}", datetime.now(timezone.utc), text))
        self.send(self.line(self.said[-1]))

    def line(self, message, more=""):
        name, at, text = message
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
        return f"@{more}msgid={name};time={stamp} :romeo!r@b PRIVMSG #lounge :{text}".encode()

    def replies(self, command, rest, nick):
        if command != b"CHATHISTORY":
            return super().replies(command, rest, nick)
        subcommand, channel, since, count = rest.split()
        kind, _, mark = since.decode().partition("=")
        if subcommand != b"AFTER":
            found = []
        elif kind == "msgid":
            found = self.said[[name for name, _, _ in self.said].index(mark) + 1:]
        else:
            found = [one for one in self.said if one[1] > datetime.fromisoformat(mark.replace("Z", "+00:00"))]
        found = found[:min(int(count), self.most)]
        return [b":irc.test BATCH +h chathistory " + channel, *(self.line(one, "batch=h;") for one in found),
                b":irc.test BATCH -h"]


class TestAGap:
    def test_what_was_said_while_the_link_was_lost_is_in_the_archive_once(self, own_world):
        irc = HistoryServer()
        world = own_world(networks={irc.network: listed_network(irc.port)}, irc={"reconnect_base": "200ms"})
        juliet = world.xmpp()
        room = world.room("#lounge", irc.network)
        juliet.join(room, juliet.name)
        for number in range(3):
            irc.say(f"line {number}")
        juliet.wait("message", body="line 2")
        mark = juliet.mark()
        irc.closes_at = b"NICK"
        irc.cut()
        for number in range(3, 50):  # more than the server tells at once
            irc.said.append((f"m{number}", datetime.now(timezone.utc), f"line {number}"))
        irc.closes_at = None
        juliet.wait("message", since=mark, body="line 49", timeout=30)
        irc.say("line 50")
        juliet.wait("message", body="line 50")

        wanted = [f"line {number}" for number in range(51)]
        kept = page(juliet, room, max=100)
        assert kept.bodies == wanted
        assert kept.ids == [f"m{number}" for number in range(51)]
        assert kept.count == 51
        heard = [message.body for message in juliet.all("message", body=lambda body: body.startswith("line "))
                 if message.xml.find(f"{{{MAM}}}result") is None]
        assert heard == wanted
        irc.close()


class TestRestart:
    def test_it_outlives_the_gateway(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        for number in range(3):
            romeo.say(channel, f"line {number}")
            juliet.wait("message", body=f"line {number}")
        before = page(juliet, room)
        world.gateway.finish()
        world.gateway.start()

        juliet.join(room, juliet.name)
        after = page(juliet, room)
        assert after.bodies == ["line 0", "line 1", "line 2"]
        assert after.ids == before.ids

    def test_a_kill_in_a_burst_leaves_a_sound_archive(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        for number in range(400):
            romeo.say(channel, f"line {number}")
        juliet.wait("message", body="line 100", timeout=30)
        world.gateway.kill()
        world.gateway.start()

        juliet.join(room, juliet.name, timeout=30)
        kept = page(juliet, room, max=500)
        bodies = [body for body in kept.bodies if body.startswith("line ")]
        assert bodies == [f"line {number}" for number in range(len(bodies))]
        assert len(kept.bodies) == kept.count

    def test_it_can_be_switched_off(self, own_world):
        world = own_world(irc={"archive": False})
        juliet, room, romeo, channel = world.pair()
        romeo.say(channel, "off the record")
        juliet.wait("message", body="off the record")
        assert page(juliet, room).answer.condition == "service-unavailable"
        info = juliet.query(room, DISCO_INFO)
        assert MAM not in {feature.get("var") for feature in info.xml.iter(f"{{{DISCO_INFO}}}feature")}
