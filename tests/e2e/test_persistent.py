"""Rooms in which a user stays without any client: while offline, and over restarts of the gateway."""

import pytest

from support.forms import submit
from support.xmpp_servers import KeepingProsody

OWNER = "http://jabber.org/protocol/muc#owner"
FORM = "http://jabber.org/protocol/muc#roomconfig"


def stay(user, room, wish=True):
    """Says in the room's form whether to stay there."""
    form = submit(FORM, {"muc#roomconfig_persistentroom": "1" if wish else "0"})
    answer = user.request(room, f"<query xmlns='{OWNER}'>{form}</query>", type="set")
    assert answer.type == "result", answer


@pytest.mark.ejabberd
class TestStaying:
    def test_who_leaves_stays_and_reads_on_when_back(self, world):
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        juliet.leave(room, juliet.name)
        romeo.say(channel, "while she is away")
        romeo.say(juliet.name, "in private")
        juliet.wait("message", type="chat", body="in private")
        mark = juliet.mark()
        entry = juliet.join(room, juliet.name)

        assert [message.body for message in entry.history] == ["while she is away"]
        assert entry.history[0].is_delayed
        assert not romeo.all("part", source=juliet.name)
        assert not juliet.all("message", since=mark, type="error")

    def test_who_wishes_so_no_more_leaves(self, world):
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        stay(juliet, room, False)
        juliet.leave(room, juliet.name)
        romeo.wait("part", source=juliet.name)


class TestRestart:
    def test_the_gateway_brings_its_users_back(self, own_world):
        world = own_world(xmpp_server=KeepingProsody)
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        juliet.disconnect()
        mark = romeo.mark()
        world.gateway.finish()
        world.gateway.start()
        romeo.wait("join", since=mark, source=juliet.name, timeout=30)
        nurse = world.xmpp("nurse")
        nurse.join(room, nurse.name)
        romeo.say(channel, "welcome back")
        romeo.say(juliet.name, "in private")
        romeo.say(channel, "she sleeps")
        nurse.wait("message", body="she sleeps")
        again = world.xmpp(account=juliet.name)
        private = again.wait("message", type="chat", body="in private")
        assert private.is_delayed
        entry = again.join(room, juliet.name)
        assert [message.body for message in entry.history][-2:] == ["welcome back", "she sleeps"]
