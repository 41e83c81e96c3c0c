"""Kicks, bans, roles, affiliations and settings of a room (XEP-0045 §8 to §10)."""

import pytest

from support.forms import field_values, submit
from support.xmpp_client import MUC

ADMIN = f"{MUC}#admin"
OWNER = f"{MUC}#owner"


def change(user, room, standing, reason="", **who):
    """Asks for a change of somebody's role or affiliation ("role='none'"); the answer. `who` is nick= or jid=."""
    address = " ".join(f"{name}='{value}'" for name, value in who.items())
    inside = f"<reason>{reason}</reason>" if reason else ""
    return user.request(room, f"<query xmlns='{ADMIN}'><item {address} {standing}>{inside}</item></query>", type="set")


def listed(user, room, standing):
    """The items of a list, as dictionaries with the reason among them."""
    answer = user.request(room, f"<query xmlns='{ADMIN}'><item {standing}/></query>")
    assert answer.type == "result", answer
    return [{**item.attrib, "reason": item.findtext(f"{{{ADMIN}}}reason") or ""}
            for item in answer.xml.iter(f"{{{ADMIN}}}item")]


def operator_and_guest(world):
    """(juliet, room, romeo, paris, channel): an XMPP and an IRC user, both operators, and an IRC user who is not."""
    juliet, room, romeo, channel = world.pair()
    romeo.mode(channel, f"+o {juliet.name}")
    juliet.wait("presence", sender=f"{room}/{juliet.name}", affiliation="admin", statuses={110})
    paris = world.irc("paris", channel)
    juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")
    return juliet, room, romeo, paris, channel


class TestKick:
    def test_who_may_kick_does(self, world):
        juliet, room, _, paris, channel = operator_and_guest(world)

        answer = change(juliet, room, "role='none'", "begone, be gone", nick=paris.nick)

        assert answer.type == "result"
        kick = paris.wait("kick", source=juliet.name, target=channel)
        assert kick.arguments == [paris.nick, "begone, be gone"]
        gone = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="unavailable")
        assert 307 in gone.statuses and 110 not in gone.statuses
        assert (gone.reason, gone.actor) == ("begone, be gone", juliet.name)

    def test_who_may_not_is_refused_with_the_servers_words(self, world):
        juliet, room, romeo, _ = world.pair()

        answer = change(juliet, room, "role='none'", nick=romeo.nick)

        assert (answer.condition, answer.error_type) == ("forbidden", "auth")
        assert answer.error_text
        romeo.sync()
        assert not romeo.all("kick")

    def test_nobody_of_that_name(self, world):
        juliet, room, _, _, _ = operator_and_guest(world)

        assert change(juliet, room, "role='none'", nick=world.name("nobody")).condition == "item-not-found"

    def test_from_outside(self, world):
        _, room, romeo, _ = world.pair()

        assert change(world.xmpp("paris"), room, "role='none'", nick=romeo.nick).condition == "not-acceptable"


class TestBan:
    def test_keeps_out_until_it_is_taken_away_by_the_address_in_the_list(self, world):
        juliet, room, _, paris, channel = operator_and_guest(world)

        assert change(juliet, room, "affiliation='outcast'", "a plague", nick=paris.nick).type == "result"

        gone = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="unavailable")
        assert 301 in gone.statuses and gone.item["affiliation"] == "outcast"
        mark = paris.mark()
        paris.send(f"JOIN {channel}")
        paris.wait("bannedfromchan", since=mark)
        (ban,) = listed(juliet, room, "affiliation='outcast'")
        assert change(juliet, room, "affiliation='none'", jid=ban["jid"]).type == "result"
        assert listed(juliet, room, "affiliation='outcast'") == []
        paris.join(channel)

    def test_another_user_of_the_gateway_is_told_and_stays_out(self, world):
        juliet, room, _, _, _ = operator_and_guest(world)
        tybalt = world.xmpp("tybalt")
        tybalt.join(room, tybalt.name)

        answer = change(juliet, room, "affiliation='outcast'", "a plague", nick=tybalt.name)

        assert answer.type == "result"
        gone = tybalt.wait("presence", sender=f"{room}/{tybalt.name}", type="unavailable")
        assert {110, 301} <= gone.statuses
        assert gone.item["affiliation"] == "outcast"
        assert gone.reason == "a plague"
        assert 301 in juliet.wait("presence", sender=f"{room}/{tybalt.name}", type="unavailable").statuses
        assert tybalt.refused_join(room, tybalt.name).condition == "forbidden"

        bans = listed(juliet, room, "affiliation='outcast'")
        assert len(bans) == 1 and bans[0]["affiliation"] == "outcast"
        answer = change(juliet, room, "affiliation='none'", jid=bans[0]["jid"])
        assert answer.type == "result"
        assert listed(juliet, room, "affiliation='outcast'") == []
        assert tybalt.join(room, tybalt.name).nick == tybalt.name

    def test_bans_made_on_irc_are_listed(self, world):
        juliet, room, romeo, _, channel = operator_and_guest(world)
        romeo.mode(channel, "+b mercutio!*@*")
        romeo.mode(channel, "+b *!*@verona.example")

        bans = listed(juliet, room, "affiliation='outcast'")

        assert len(bans) == 2
        for mask in ("mercutio!*@*", "*!*@verona.example"):
            assert any(mask in ban["reason"] or mask in ban.get("nick", "") for ban in bans), bans

    def test_without_standing_nobody_bans(self, world):
        juliet, room, romeo, _ = world.pair()

        answer = change(juliet, room, "affiliation='outcast'", nick=romeo.nick)

        assert (answer.condition, answer.error_type) == ("forbidden", "auth")
        juliet.send_message(room, "and nobody left")
        romeo.wait("pubmsg", text="and nobody left")


class TestStandings:
    @pytest.mark.parametrize("wish, standing", [
        ("affiliation='admin'", ("moderator", "admin")),
        ("affiliation='member'", ("participant", "member")),
        ("role='moderator'", ("moderator", "member")),
    ])
    def test_raising_and_lowering(self, world, wish, standing):
        juliet, room, _, paris, channel = operator_and_guest(world)
        start = juliet.mark()

        assert change(juliet, room, wish, nick=paris.nick).type == "result"
        raised = juliet.wait("presence", since=start, sender=f"{room}/{paris.nick}")
        assert (raised.item["role"], raised.item["affiliation"]) == standing
        start = juliet.mark()
        assert change(juliet, room, "affiliation='none'", nick=paris.nick).type == "result"
        lowered = juliet.wait("presence", since=start, sender=f"{room}/{paris.nick}")
        assert (lowered.item["role"], lowered.item["affiliation"]) == ("participant", "none")

    def test_in_a_moderated_room_the_unheard_are_visitors(self, world):
        juliet, room, romeo, paris, channel = operator_and_guest(world)
        start = juliet.mark()

        romeo.mode(channel, "+m")
        silenced = juliet.wait("presence", since=start, sender=f"{room}/{paris.nick}", role="visitor")
        assert silenced.item["affiliation"] == "none"
        assert change(juliet, room, "role='participant'", nick=paris.nick).type == "result"
        juliet.wait("presence", since=start, sender=f"{room}/{paris.nick}", role="participant")
        paris.say(channel, "I have a voice")
        juliet.wait("message", body="I have a voice")
        assert change(juliet, room, "role='visitor'", nick=paris.nick).type == "result"
        paris.wait("mode", arguments=["-v", paris.nick])

    def test_the_lists_of_those_with_standing(self, world):
        juliet, room, romeo, paris, channel = operator_and_guest(world)

        assert {item["nick"] for item in listed(juliet, room, "affiliation='admin'")} == {juliet.name, romeo.nick}
        assert {item["nick"] for item in listed(juliet, room, "role='participant'")} == {paris.nick}


class TestSettings:
    def test_the_form_shows_modes_and_sets_them(self, world):
        juliet, room, romeo, paris, channel = operator_and_guest(world)
        romeo.mode(channel, "+k sesame")
        form = juliet.query(room, OWNER)
        values = field_values(form)
        assert values["muc#roomconfig_passwordprotectedroom"] == "1"
        assert values["muc#roomconfig_roomsecret"] == "sesame"
        assert values["muc#roomconfig_moderatedroom"] == "0"

        answer = juliet.request(room, f"<query xmlns='{OWNER}'>" + submit(
            f"{MUC}#roomconfig", {**values, "muc#roomconfig_moderatedroom": "1", "muc#roomconfig_membersonly": "1",
                                  "muc#roomconfig_maxusers": "20"}) + "</query>", type="set")

        assert answer.type == "result"
        start = romeo.mark()
        romeo.send(f"MODE {channel}")
        modes = romeo.wait("channelmodeis", since=start)
        assert set("klim") <= set(modes.arguments[1]), modes
        assert "20" in modes.arguments
        values = field_values(juliet.query(room, OWNER))
        assert values["muc#roomconfig_moderatedroom"] == "1"
        assert values["muc#roomconfig_membersonly"] == "1"
        assert values["muc#roomconfig_maxusers"] == "20"

    def test_without_standing_nothing_is_set(self, world):
        juliet, room, romeo, channel = world.pair()
        values = field_values(juliet.query(room, OWNER))

        answer = juliet.request(room, f"<query xmlns='{OWNER}'>" + submit(
            f"{MUC}#roomconfig", {**values, "muc#roomconfig_moderatedroom": "1"}) + "</query>", type="set")

        assert (answer.condition, answer.error_type) == ("forbidden", "auth")
        assert field_values(juliet.query(room, OWNER))["muc#roomconfig_moderatedroom"] == "0"

    def test_a_change_made_on_irc_is_told(self, world):
        juliet, room, romeo, channel = world.pair()
        start = juliet.mark()

        romeo.mode(channel, "+i")

        juliet.wait("message", since=start, sender=room, statuses={104})
