"""A network as an address: its rooms in pages, search, presence; and what one may ask of people."""

from xml.sax.saxutils import escape

import pytest

from support.forms import submit
from support.xmpp_client import DISCO_ITEMS, PING, VERSION, new_id

RSM = "http://jabber.org/protocol/rsm"
SEARCH = "urn:xmpp:channel-search:0:search"
TIME = "urn:xmpp:time"
LAST = "jabber:iq:last"


def page(user, address, inside):
    """One page of the rooms of a network: (their addresses, id of the last, how many there are in all)."""
    answer = user.request(address, f"<query xmlns='{DISCO_ITEMS}'><set xmlns='{RSM}'>{inside}</set></query>")
    assert answer.type == "result", answer
    items = [item.get("jid") for item in answer.xml.iter(f"{{{DISCO_ITEMS}}}item")]
    found = answer.xml.find(f"{{{DISCO_ITEMS}}}query/{{{RSM}}}set")
    return items, found.findtext(f"{{{RSM}}}last"), int(found.findtext(f"{{{RSM}}}count"))


def all_pages(user, address, size):
    """Every page of the rooms of a network, asked for one after the other."""
    pages, after = [], ""
    while True:
        items, last, count = page(user, address, f"<max>{size}</max>" + (f"<after>{escape(after)}</after>" if after else ""))
        if not items:
            return pages, count
        pages.append(items)
        after = last


def send_request(user, to, inside, type="get"):
    """Sends an iq without waiting for its answer; its id."""
    iq_id = new_id()
    user.send(f"<iq to='{to}' type='{type}' id='{iq_id}'>{inside}</iq>")
    return iq_id


class TestRooms:
    def test_all_rooms_come_in_pages(self, world):
        romeo = world.irc()
        channels = [world.channel() for _ in range(7)]
        for channel in channels:
            romeo.join(channel)
        juliet = world.xmpp()
        juliet.join(world.room(channels[0]), juliet.name)

        pages, count = all_pages(juliet, world.network_address, 3)

        listed = [room for items in pages for room in items]
        assert all(len(items) == 3 for items in pages[:-1])
        assert {world.room(channel) for channel in channels} <= set(listed)
        assert len(listed) == len(set(listed)) == count

    def test_the_first_and_the_last_page(self, world):
        juliet, _, _, _ = world.pair()
        everything, _, count = page(juliet, world.network_address, "")

        assert page(juliet, world.network_address, "<max>0</max>") == ([], None, count)
        assert page(juliet, world.network_address, "<max>1</max>")[0] == everything[:1]
        assert page(juliet, world.network_address, "<max>1</max><before/>")[0] == everything[-1:]

    def test_search_by_a_word(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.set_topic(channel, "of stars and moon")

        answer = juliet.request(world.network_address, f"<search xmlns='{SEARCH}'>" + submit(
            "urn:xmpp:channel-search:0:search-params", {"q": channel}) + "</search>")

        assert answer.type == "result", answer
        items = list(answer.xml.iter(f"{{{SEARCH}}}item"))
        found = next(item for item in items if item.get("address") == room)
        assert found.findtext(f"{{{SEARCH}}}nusers") == "2"

    def test_a_secret_room_is_seen_by_those_who_are_in_it(self, world):
        """What one user may see is not shown to another, although the network is the same."""
        juliet, room, romeo, channel = world.pair()
        romeo.mode(channel, "+s")
        rosaline = world.xmpp("rosaline")
        rosaline.join(world.room(world.channel()), rosaline.name)

        hers, _, _ = page(juliet, world.network_address, "")
        others, _, _ = page(rosaline, world.network_address, "")

        assert room in hers
        assert room not in others


class TestPeople:
    def test_who_somebody_is(self, world):
        juliet, room, romeo, channel = world.pair()

        for address in (world.person(romeo.nick), f"{room}/{romeo.nick}"):
            answer = juliet.request(address, "<vCard xmlns='vcard-temp'/>")

            assert answer.type == "result", answer
            assert answer.xml.findtext("{vcard-temp}vCard/{vcard-temp}NICKNAME") == romeo.nick
            assert "127.0.0.1" in answer.xml.findtext("{vcard-temp}vCard/{vcard-temp}DESC")

    def test_who_nobody_is(self, world):
        juliet, _, _, _ = world.pair()

        answer = juliet.request(world.person(world.name("nobody")), "<vCard xmlns='vcard-temp'/>")

        assert answer.condition == "item-not-found"

    @pytest.mark.parametrize("in_room", [True, False], ids=["occupant", "person"])
    def test_what_their_client_says(self, world, in_room):
        juliet, room, romeo, _ = world.pair()
        address = f"{room}/{romeo.nick}" if in_room else world.person(romeo.nick)

        version = send_request(juliet, address, f"<query xmlns='{VERSION}'/>")
        romeo.wait("ctcp", source=juliet.name, arguments=["VERSION"])
        romeo.notice(juliet.name, "\x01VERSION quill 1.0\x01")
        time = send_request(juliet, address, f"<time xmlns='{TIME}'/>")
        romeo.wait("ctcp", source=juliet.name, arguments=["TIME"])
        romeo.notice(juliet.name, "\x01TIME 2024-02-29T12:00:00+01:00\x01")
        ping = send_request(juliet, address, f"<ping xmlns='{PING}'/>")
        question = romeo.wait("ctcp", source=juliet.name, arguments=lambda arguments: arguments[0] == "PING")
        romeo.notice(juliet.name, f"\x01PING {question.arguments[1]}\x01")

        answer = juliet.wait("iq", id=version)
        assert answer.xml.findtext(f"{{{VERSION}}}query/{{{VERSION}}}name") == "quill 1.0"
        answer = juliet.wait("iq", id=time)
        assert answer.xml.findtext(f"{{{TIME}}}time/{{{TIME}}}utc").startswith("2024-02-29T11:00:00")
        assert answer.xml.findtext(f"{{{TIME}}}time/{{{TIME}}}tzo") == "+01:00"
        assert juliet.wait("iq", id=ping).type == "result"

    def test_an_error_of_their_client_belongs_to_its_question(self, world):
        juliet, room, romeo, _ = world.pair()

        version = send_request(juliet, f"{room}/{romeo.nick}", f"<query xmlns='{VERSION}'/>")
        romeo.wait("ctcp", source=juliet.name)
        romeo.notice(juliet.name, "\x01ERRMSG VERSION :not telling\x01")

        assert juliet.wait("iq", id=version).type == "error"

    def test_how_long_they_are_idle(self, world):
        juliet, _, romeo, _ = world.pair()

        answer = juliet.query(world.person(romeo.nick), LAST)

        assert answer.type == "result", answer
        assert int(answer.xml.find(f"{{{LAST}}}query").get("seconds")) < 60


class TestPresence:
    def test_the_link_is_a_contact(self, world):
        juliet = world.xmpp()

        def is_network(sender):
            return sender.partition("/")[0] == world.network_address

        juliet.send_presence(world.network_address, "subscribe")
        juliet.wait("presence", sender=is_network, type="unavailable")
        room = world.room(world.channel())
        juliet.join(room, juliet.name)
        juliet.wait("presence", sender=is_network, type="")
        start = juliet.mark()
        juliet.leave(room, juliet.name)

        juliet.wait("presence", since=start, sender=is_network, type="unavailable")
