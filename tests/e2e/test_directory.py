"""The list of a network's channels in pages (XEP-0030, XEP-0059), and who sees what of it."""

from xml.sax.saxutils import escape

import pytest

from support.xmpp_client import DISCO_ITEMS

RSM = "http://jabber.org/protocol/rsm"


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

    @pytest.mark.parametrize("inside, condition", [
        ("<max>many</max>", "bad-request"), ("<max>-1</max>", "bad-request"), ("<max/>", "bad-request"),
        ("<index>99999999999999999999</index>", "bad-request"), ("<index>1000000</index>", "item-not-found"),
        ("<after>a</after><before>b</before>", "bad-request"), ("<max>1</max>" * 2, None),
        (f"<max>{'9' * 5000}</max>", "bad-request")])
    def test_pages_that_are_none(self, world, inside, condition):
        juliet, _, _, _ = world.pair()
        answer = juliet.request(world.network_address,
                                f"<query xmlns='{DISCO_ITEMS}'><set xmlns='{RSM}'>{inside}</set></query>")
        assert (answer.condition or None) == condition

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
