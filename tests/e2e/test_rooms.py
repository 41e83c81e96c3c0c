"""Channels as rooms (XEP-0045): entering, leaving, names, subjects, standing."""

import pytest

pytestmark = pytest.mark.ejabberd


class TestEntering:
    def test_the_others_come_first_then_oneself_then_the_subject(self, world):
        channel = world.channel()
        romeo = world.irc("romeo", channel)
        nurse = world.irc("nurse", channel)
        romeo.set_topic(channel, "a feast")
        juliet = world.xmpp()
        entry = juliet.join(world.room(channel), juliet.name)

        assert set(entry.nicks[:-1]) == {romeo.nick, nurse.nick}
        assert entry.nicks[-1] == juliet.name
        assert [110 in stanza.statuses for stanza in entry.presences] == [False, False, True]
        assert [stanza.kind for stanza in entry.stanzas] == ["presence"] * 3 + ["message"]
        assert 210 not in entry.own.statuses
        assert entry.subject.subject == "a feast"
        assert entry.subject.body is None

    def test_operators_are_moderators_and_others_participants(self, world):
        channel = world.channel()
        romeo = world.irc("romeo", channel)
        juliet = world.xmpp()
        entry = juliet.join(world.room(channel), juliet.name)

        romeo_item = next(stanza.item for stanza in entry.presences if stanza.nick == romeo.nick)
        assert (romeo_item["role"], romeo_item["affiliation"]) == ("moderator", "admin")
        assert (entry.own.item["role"], entry.own.item["affiliation"]) == ("participant", "none")

    def test_a_room_without_a_subject_sends_an_empty_one(self, world):
        juliet = world.xmpp()
        room = world.room(world.channel())
        entry = juliet.join(room, juliet.name)

        assert entry.nicks == [juliet.name]
        assert entry.subject.subject == ""
        assert entry.subject.body is None
        assert entry.subject.type == "groupchat"

    def test_a_nick_that_the_server_cuts_is_announced_with_210(self, world):
        channel = world.channel()
        romeo = world.irc("romeo", channel)
        juliet = world.xmpp()
        entry = juliet.join(world.room(channel), juliet.name + "-of-the-house-of-the-capulets")

        assert {110, 210} <= entry.own.statuses
        assert len(entry.nick) == world.ircd.nick_length
        romeo.wait("join", source=entry.nick)

    def test_a_nick_that_no_irc_server_takes_is_changed_and_announced_with_210(self, world):
        juliet = world.xmpp()
        entry = juliet.join(world.room(world.channel()), "J\u00fcl \u2764\ufe0f!")

        assert {110, 210} <= entry.own.statuses
        assert entry.nick.isascii()

    def test_a_nick_that_is_taken_is_replaced(self, world):
        channel = world.channel()
        romeo = world.irc("romeo", channel)
        juliet = world.xmpp()
        entry = juliet.join(world.room(channel), romeo.nick)

        assert {110, 210} <= entry.own.statuses
        assert entry.nick not in ("", romeo.nick)
        romeo.wait("join", source=entry.nick)

    def test_a_key_opens_the_door(self, world):
        channel = world.channel()
        romeo = world.irc("romeo", channel)
        romeo.mode(channel, "+k sesame")
        juliet = world.xmpp()

        juliet.join(world.room(channel), juliet.name, password="sesame")

        romeo.wait("join", source=juliet.name)

    def test_capitals_in_a_channel_name_make_no_other_room(self, world):
        channel = world.channel().replace("hall", "HaLL")
        romeo = world.irc("romeo", channel)
        juliet = world.xmpp()
        room = world.room(channel)

        entry = juliet.join(room, juliet.name)
        romeo.say(channel, "found you")

        assert romeo.nick in entry.nicks
        juliet.wait("message", body="found you", sender=f"{room}/{romeo.nick}")

    @pytest.mark.parametrize("suffix", ["&co", "'s", "{}|", "\u00fc\u00df", "-\U0001f339"])
    def test_channel_names_may_hold_what_jids_must_escape(self, world, suffix):
        channel = world.channel() + suffix
        romeo = world.irc("romeo", channel)
        juliet = world.xmpp()
        # IRC servers fold ASCII alone; what a JID cannot hold as it is, is escaped by its bytes.
        local = channel.replace("&", "\\26").replace("'", "\\27").replace("\u00df", "=c3=9f")
        if not world.xmpp_server.passes_new_characters:
            local = local.replace("\U0001f339", "=f0=9f=8c=b9")
        room = world.room(local)

        juliet.join(room, juliet.name)
        juliet.send_message(room, "is this the place?")

        romeo.wait("pubmsg", text="is this the place?", source=juliet.name)

    def test_entering_again_brings_everything_again(self, world):
        juliet, room, romeo, _ = world.pair()

        entry = juliet.join(room, juliet.name)

        assert set(entry.nicks) == {romeo.nick, juliet.name}
        assert entry.nicks[-1] == juliet.name
        assert not romeo.all("part") and not romeo.all("quit")

    def test_newcomers_are_announced(self, world):
        juliet, room, _, channel = world.pair()

        paris = world.irc("paris", channel)

        presence = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")
        assert 110 not in presence.statuses

    def test_two_users_of_the_gateway_meet_in_a_channel(self, world):
        juliet, room, _, _ = world.pair()
        rosaline = world.xmpp("rosaline")
        entry = rosaline.join(room, rosaline.name)
        assert juliet.name in entry.nicks

        rosaline.send_message(room, "cousin!")

        juliet.wait("message", body="cousin!", sender=f"{room}/{rosaline.name}")


class TestLeaving:
    def test_leaving_one_of_two_rooms_is_a_part_with_its_reason(self, world):
        juliet, room, romeo, channel = world.pair()
        juliet.join(world.room(world.channel()), juliet.name)

        presence = juliet.leave(room, juliet.name, "parting is such sweet sorrow")

        assert presence.item["role"] == "none"
        assert romeo.wait("part", source=juliet.name, target=channel).text == "parting is such sweet sorrow"

    def test_leaving_the_last_room_logs_out_of_irc(self, world):
        juliet, room, romeo, _ = world.pair()

        juliet.leave(room, juliet.name)

        romeo.wait_offline(juliet.name)

    def test_logging_out_of_xmpp_logs_out_of_irc(self, world):
        juliet, _, romeo, _ = world.pair()

        juliet.disconnect()

        romeo.wait_offline(juliet.name)

    @pytest.mark.parametrize("line", ["PART {channel} :farewell", "QUIT :farewell"])
    def test_others_leaving_is_told_with_their_words(self, world, line):
        juliet, room, _, channel = world.pair()
        paris = world.irc("paris", channel)
        juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")

        paris.send(line.format(channel=channel))

        presence = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="unavailable")
        assert "farewell" in presence.text("status")
        assert not presence.statuses & {110, 307}

    def test_one_who_is_kicked_is_told_by_whom_and_why(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.send(f"KICK {channel} {juliet.name} :a plague")

        presence = juliet.wait("presence", sender=f"{room}/{juliet.name}", type="unavailable")
        assert {110, 307} <= presence.statuses
        assert presence.item["role"] == "none"
        assert (presence.reason, presence.actor) == ("a plague", romeo.nick)
        message_id = juliet.send_message(room, "am I here?")
        assert juliet.wait("message", id=message_id).condition == "not-acceptable"

    def test_others_being_kicked_is_told(self, world):
        juliet, room, romeo, channel = world.pair()
        paris = world.irc("paris", channel)
        juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")

        romeo.send(f"KICK {channel} {paris.nick} :begone")

        presence = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="unavailable")
        assert 307 in presence.statuses and 110 not in presence.statuses
        assert (presence.reason, presence.actor) == ("begone", romeo.nick)


class TestNames:
    def test_a_new_nick_is_told_in_every_room(self, world):
        juliet, room, romeo, _ = world.pair()
        other_room = world.room(world.channel())
        juliet.join(other_room, juliet.name)
        new = world.name("julia")

        juliet.send_presence(f"{room}/{new}")

        for place in (room, other_room):
            old_one = juliet.wait("presence", sender=f"{place}/{juliet.name}", type="unavailable")
            assert {110, 303} <= old_one.statuses
            assert old_one.item["nick"] == new
            new_one = juliet.wait("presence", sender=f"{place}/{new}", type="", statuses={110})
            assert juliet.received.index(old_one) < juliet.received.index(new_one)
        assert romeo.wait("nick", source=juliet.name).target == new
        juliet.send_message(room, "what's in a name?")
        romeo.wait("pubmsg", source=new, text="what's in a name?")

    def test_a_nick_that_is_taken_is_refused_and_the_old_one_stays(self, world):
        juliet, room, romeo, _ = world.pair()

        presence_id = juliet.send_presence(f"{room}/{romeo.nick}")

        error = juliet.wait("presence", type="error")
        assert (error.condition, error.error_type) == ("conflict", "cancel")
        assert error.id == presence_id
        assert error.sender == f"{room}/{romeo.nick}"
        juliet.send_message(room, "still me")
        romeo.wait("pubmsg", source=juliet.name, text="still me")

    def test_others_new_nicks_are_told(self, world):
        juliet, room, romeo, _ = world.pair()
        new = world.name("montagu")

        romeo.send(f"NICK {new}")

        old_one = juliet.wait("presence", sender=f"{room}/{romeo.nick}", type="unavailable")
        assert 303 in old_one.statuses and 110 not in old_one.statuses
        assert old_one.item["nick"] == new
        new_one = juliet.wait("presence", sender=f"{room}/{new}", type="")
        assert new_one.item["role"] == "moderator"

    @pytest.mark.parametrize("suffix", ["[]", "{}", "|^", "`_", "\\"])
    def test_nicks_with_every_character_of_irc_are_shown_and_written_to(self, world, suffix):
        juliet, room, _, channel = world.pair()
        odd = world.irc(nick=world.name("odd") + suffix, channel=channel)

        juliet.wait("presence", sender=f"{room}/{odd.nick}", type="")
        juliet.send_message(f"{room}/{odd.nick}", "psst", type="chat")

        odd.wait("privmsg", source=juliet.name, text="psst")


class TestSubject:
    def test_a_new_subject_reaches_irc_and_comes_back(self, world):
        juliet, room, romeo, channel = world.pair()
        start = juliet.mark()

        juliet.send_message(room, None, extra="<subject>the balcony \U0001f319</subject>")

        romeo.wait("topic", source=juliet.name, target=channel, text="the balcony \U0001f319")
        subject = juliet.wait("message", since=start, subject="the balcony \U0001f319")
        assert subject.sender == f"{room}/{juliet.name}"
        assert subject.body is None

    def test_a_subject_set_on_irc_is_told(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.set_topic(channel, "the garden")

        subject = juliet.wait("message", subject="the garden")
        assert (subject.sender, subject.type) == (f"{room}/{romeo.nick}", "groupchat")

    def test_a_subject_that_is_taken_away_is_told_as_an_empty_one(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.set_topic(channel, "the garden")
        juliet.wait("message", subject="the garden")
        start = juliet.mark()

        romeo.send(f"TOPIC {channel} :")

        juliet.wait("message", since=start, sender=f"{room}/{romeo.nick}", subject="")

    def test_without_standing_a_protected_subject_is_refused(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.mode(channel, "+t")

        message_id = juliet.send_message(room, None, extra="<subject>mine</subject>")

        error = juliet.wait("message", type="error")
        assert (error.id, error.condition, error.error_type) == (message_id, "forbidden", "auth")


class TestStanding:
    @pytest.mark.parametrize("mode, standing", [("o", ("moderator", "admin")), ("v", ("participant", "member")),
                                                ("h", ("moderator", "member"))])
    def test_a_mode_is_a_role_and_an_affiliation(self, world, mode, standing):
        juliet, room, romeo, channel = world.pair()
        start = juliet.mark()

        romeo.mode(channel, f"+{mode} {juliet.name}")
        raised = juliet.wait("presence", since=start, sender=f"{room}/{juliet.name}", type="", statuses={110})
        assert (raised.item["role"], raised.item["affiliation"]) == standing
        start = juliet.mark()
        romeo.mode(channel, f"-{mode} {juliet.name}")
        lowered = juliet.wait("presence", since=start, sender=f"{room}/{juliet.name}", type="", statuses={110})
        assert (lowered.item["role"], lowered.item["affiliation"]) == ("participant", "none")


class TestResources:
    def test_two_resources_share_one_irc_connection(self, world):
        juliet, room, romeo, channel = world.pair()
        chamber = world.xmpp(account=juliet.name, resource="chamber")

        entry = chamber.join(room, juliet.name)

        assert set(entry.nicks) == {romeo.nick, juliet.name}
        assert entry.nicks[-1] == juliet.name and 110 in entry.own.statuses
        romeo.say(channel, "to both")
        for user in (juliet, chamber):
            user.wait("message", body="to both", sender=f"{room}/{romeo.nick}")
        message_id = chamber.send_message(room, "from one")
        for user in (juliet, chamber):
            user.wait("message", id=message_id, body="from one")
        romeo.wait("pubmsg", text="from one")
        assert len(romeo.all("join", source=juliet.name)) == 1
        assert len(romeo.all("pubmsg", text="from one")) == 1

    def test_one_resource_leaving_leaves_the_other_in_the_room(self, world):
        juliet, room, romeo, channel = world.pair()
        chamber = world.xmpp(account=juliet.name, resource="chamber")
        chamber.join(room, juliet.name)
        start = juliet.mark()

        chamber.leave(room, juliet.name)

        romeo.say(channel, "who is there?")
        juliet.wait("message", since=start, body="who is there?")
        chamber.ping(f"{room}/{juliet.name}")
        assert not chamber.all("message", body="who is there?")
        assert not juliet.all("presence", since=start, type="unavailable")
        assert not romeo.all("part") and not romeo.all("quit")

    def test_a_second_resource_that_asks_for_another_nick_gets_the_one_of_the_connection(self, world):
        juliet, room, romeo, _ = world.pair()
        chamber = world.xmpp(account=juliet.name, resource="chamber")

        entry = chamber.join(room, world.name("julia"))

        assert entry.nick == juliet.name
        assert {110, 210} <= entry.own.statuses
        assert not romeo.all("nick")

    def test_a_second_resource_may_enter_another_room(self, world):
        juliet, _, _, _ = world.pair()
        other = world.channel()
        paris = world.irc("paris", other)
        chamber = world.xmpp(account=juliet.name, resource="chamber")

        chamber.join(world.room(other), juliet.name)
        paris.say(other, "only for the chamber")

        chamber.wait("message", body="only for the chamber")
        assert not juliet.all("message", body="only for the chamber")
