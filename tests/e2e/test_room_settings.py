"""How a user has one channel for themself: by form, in words and in the room's own form; over restarts."""

import pytest

from support import commands
from support.forms import field_values, submit
from test_archive import page

OWNER = "http://jabber.org/protocol/muc#owner"
FORM = "http://jabber.org/protocol/muc#roomconfig"


def say(user, address, text):
    """What is answered to a command in words."""
    start = user.mark()
    user.send_message(address, text, type="chat")
    return user.wait("message", since=start, sender=address, type="chat").body


class TestCharset:
    def test_is_set_by_the_form_of_the_room(self, world):
        juliet, room, romeo, channel = world.pair()

        assert commands.run(juliet, room, "settings", charset="KOI8-R").status == "completed"

        romeo.send_bytes(f"PRIVMSG {channel} :".encode() + "добрый день".encode("koi8-r"))
        assert juliet.wait("message", sender=f"{room}/{romeo.nick}").body == "добрый день"
        juliet.send_message(room, "и тебе")
        romeo.wait("pubmsg", source=juliet.name)
        assert commands.begin(juliet, room, "settings").fields["charset"] == "KOI8-R"

    def test_that_nobody_knows_is_named(self, world):
        juliet, room, _, _ = world.pair()
        step = commands.run(juliet, room, "settings", charset="klingon")
        assert step.status == "executing"
        assert step.notes[0].startswith("charset: ")
        assert say(juliet, world.network_address, f"in {room.partition('%')[0]} set charset klingon") \
            .startswith("charset: ")
        form = submit(FORM, {"irc#charset": "klingon"})
        refusal = juliet.request(room, f"<query xmlns='{OWNER}'>{form}</query>", type="set")
        assert refusal.condition == "bad-request"
        assert "charset: " in refusal.error_text

    def test_is_one_users_alone(self, world):
        juliet, room, _, _ = world.pair()
        rosaline = world.xmpp("rosaline")
        commands.run(juliet, room, "settings", charset="KOI8-R")
        assert commands.begin(rosaline, room, "settings").fields["charset"] == ""


class TestRecord:
    def test_is_switched_off_and_on_in_words(self, world):
        juliet, room, romeo, channel = world.pair()
        for text, wish in (("first", None), ("second", "no"), ("third", "yes")):
            if wish:
                assert say(juliet, world.network_address, f"in {channel} set record {wish}") == "Saved."
            romeo.say(channel, text)
            juliet.wait("message", body=text, type="groupchat")

        assert page(juliet, room).bodies == ["first", "third"]

    def test_of_one_user_is_not_that_of_another(self, world):
        juliet, room, romeo, channel = world.pair()
        nurse = world.xmpp("nurse")
        nurse.join(room, nurse.name)
        commands.run(juliet, room, "settings", record="0")
        romeo.say(channel, "for the nurse")
        for user in (juliet, nurse):
            user.wait("message", body="for the nurse")

        assert page(juliet, room).bodies == []
        assert page(nurse, room).bodies == ["for the nurse"]


class TestForms:
    def test_the_rooms_own_form_shows_and_sets_the_same(self, world):
        juliet, room, _, _ = world.pair()
        form = field_values(juliet.request(room, f"<query xmlns='{OWNER}'/>"))
        assert (form["muc#roomconfig_persistentroom"], form["irc#record"], form["irc#charset"]) == ("false", "true", "")
        form = submit(FORM, {"muc#roomconfig_persistentroom": "1", "irc#record": "0", "irc#charset": "KOI8-R"})

        assert juliet.request(room, f"<query xmlns='{OWNER}'>{form}</query>", type="set").type == "result"

        fields = commands.begin(juliet, room, "settings").fields
        assert fields == {"persistent": "true", "record": "false", "charset": "KOI8-R"}
        assert "record = false" in say(juliet, room, "settings")

    def test_who_stays_no_more_leaves_the_channel(self, world):
        juliet, room, romeo, _ = world.pair()
        commands.run(juliet, room, "settings", persistent="1")
        juliet.leave(room, juliet.name)
        romeo.sync()
        assert not romeo.all("part", source=juliet.name)

        assert commands.run(juliet, room, "settings", persistent="0").status == "completed"

        romeo.wait("part", source=juliet.name)


class TestRestart:
    @pytest.fixture
    def restarted(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        commands.run(juliet, room, "settings", persistent="1", record="0", charset="KOI8-R")
        mark = romeo.mark()
        world.gateway.finish()
        world.gateway.start()
        romeo.wait("join", since=mark, source=juliet.name, timeout=30)
        return world, juliet, room, romeo, channel

    def test_keeps_all_of_it(self, restarted):
        world, juliet, room, romeo, channel = restarted
        assert commands.begin(juliet, room, "settings").fields == {
            "persistent": "true", "record": "false", "charset": "KOI8-R"}
        juliet.join(room, juliet.name)

        romeo.send_bytes(f"PRIVMSG {channel} :".encode() + "не пиши".encode("koi8-r"))

        juliet.wait("message", sender=f"{room}/{romeo.nick}", body="не пиши")
        assert page(juliet, room).bodies == []
