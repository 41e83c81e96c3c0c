"""What is refused, and how: an error of the right condition, with the words of the IRC server where there are any."""

import pytest

from support.xmpp_servers import IRC_DOMAIN, STRANGERS_DOMAIN


def error_of(stanza):
    return stanza.condition, stanza.error_type


class TestEntering:
    @pytest.mark.parametrize("mode, expected", [
        pytest.param("+b {nick}!*@*", ("forbidden", "auth"), id="banned"),
        pytest.param("+k sesame", ("not-authorized", "auth"), id="key"),
        pytest.param("+i", ("registration-required", "auth"), id="invite only"),
        pytest.param("+l 1", ("service-unavailable", "wait"), id="full"),
    ])
    def test_a_closed_channel(self, world, mode, expected):
        channel = world.channel()
        romeo = world.irc(channel=channel)
        juliet = world.xmpp()
        romeo.mode(channel, mode.format(nick=juliet.name))

        error = juliet.refused_join(world.room(channel), juliet.name)

        assert error_of(error) == expected
        assert error.sender == f"{world.room(channel)}/{juliet.name}"
        assert error.error_text

    def test_a_wrong_key(self, world):
        channel = world.channel()
        romeo = world.irc(channel=channel)
        romeo.mode(channel, "+k sesame")
        juliet = world.xmpp()

        error = juliet.refused_join(world.room(channel), juliet.name, password="alakazam")

        assert error_of(error) == ("not-authorized", "auth")
        assert not romeo.of_others("join")

    def test_one_refusal_does_not_end_other_rooms(self, world):
        juliet, room, romeo, channel = world.pair()
        closed = world.channel()
        world.irc("paris", closed).mode(closed, "+i")

        juliet.refused_join(world.room(closed), juliet.name)

        romeo.say(channel, "still there?")
        juliet.wait("message", body="still there?", sender=f"{room}/{romeo.nick}")

    def test_after_a_refusal_one_may_try_again(self, world):
        channel = world.channel()
        romeo = world.irc(channel=channel)
        romeo.mode(channel, "+i")
        juliet = world.xmpp()
        juliet.refused_join(world.room(channel), juliet.name)

        romeo.mode(channel, "-i")

        assert juliet.join(world.room(channel), juliet.name).nick == juliet.name

    @pytest.mark.parametrize("local, conditions", [
        pytest.param("#two\\20words%{network}", {"jid-malformed"}, id="space"),
        pytest.param("#one,two%{network}", {"jid-malformed"}, id="comma"),
        pytest.param("#%{network}", {"jid-malformed", "item-not-found"}, id="no name"),
        pytest.param("#" + "x" * 190 + "%{network}", {"item-not-found", "jid-malformed"}, id="too long"),
        pytest.param("#hall%", {"jid-malformed", "item-not-found"}, id="no network"),
        pytest.param("#hall", {"jid-malformed", "item-not-found"}, id="no separator"),
        pytest.param("#hall%no\\20host", {"jid-malformed", "item-not-found"}, id="no host name"),
        pytest.param("nick%{network}", {"not-acceptable", "not-allowed", "item-not-found",
                                             "feature-not-implemented", "service-unavailable"}, id="a person"),
    ])
    def test_what_is_no_channel(self, world, local, conditions):
        juliet = world.xmpp()

        error = juliet.refused_join(f"{local.format(network=world.network)}@{IRC_DOMAIN}", juliet.name)

        assert error.condition in conditions
        assert error.error_text

    def test_an_address_on_loopback_that_is_not_listed(self, world):
        juliet = world.xmpp()

        error = juliet.refused_join(world.room("#hall", "127.0.0.1"), juliet.name)

        assert error.condition in ("forbidden", "not-allowed", "jid-malformed")
        assert error.error_text

    def test_without_a_nick(self, world):
        juliet = world.xmpp()

        presence_id = juliet.send_presence(world.room(world.channel()),
                                           inside="<x xmlns='http://jabber.org/protocol/muc'/>")

        error = juliet.wait("presence", id=presence_id)
        assert error_of(error) == ("jid-malformed", "modify")


class TestTalking:
    def test_in_a_room_that_one_has_not_joined(self, world):
        _, room, romeo, _ = world.pair()
        rosaline = world.xmpp("rosaline")

        message_id = rosaline.send_message(room, "do you hear me?")

        error = rosaline.wait("message", id=message_id)
        assert error.type == "error"
        assert error.condition == "not-acceptable"
        assert error.sender == room
        romeo.sync()
        assert not romeo.all("pubmsg")

    def test_with_another_resource_than_the_one_that_joined(self, world):
        juliet, room, romeo, _ = world.pair()
        chamber = world.xmpp(account=juliet.name, resource="chamber")

        message_id = chamber.send_message(room, "do you hear me?")

        assert chamber.wait("message", id=message_id).condition == "not-acceptable"
        romeo.sync()
        assert not romeo.all("pubmsg")

    def test_after_having_left(self, world):
        juliet, room, _, _ = world.pair()
        juliet.join(world.room(world.channel()), juliet.name)
        juliet.leave(room, juliet.name)

        message_id = juliet.send_message(room, "one more thing")

        assert juliet.wait("message", id=message_id).condition == "not-acceptable"

    def test_without_voice_in_a_moderated_channel(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.mode(channel, "+m")

        juliet.send_message(room, "may I speak?")

        error = juliet.wait("message", type="error", sender=room)
        assert error_of(error) == ("forbidden", "auth")
        assert error.error_text
        romeo.mode(channel, f"+v {juliet.name}")
        juliet.send_message(room, "thank you")
        romeo.wait("pubmsg", text="thank you")
        assert not romeo.all("pubmsg", text="may I speak?")

    def test_to_the_gateway_itself(self, world):
        juliet = world.xmpp()

        juliet.send_message(IRC_DOMAIN, "hello?", type="chat")

        assert f"network@{IRC_DOMAIN}" in juliet.wait("message", sender=IRC_DOMAIN).body

    def test_a_text_that_would_be_a_flood(self, world):
        juliet, room, romeo, _ = world.pair()

        message_id = juliet.send_message(room, "\n".join(f"line {number}" for number in range(500)))

        error = juliet.wait("message", id=message_id)
        assert (error.type, error.condition) == ("error", "policy-violation")
        romeo.sync()
        assert not romeo.all("pubmsg")

    def test_groupchat_to_an_occupant(self, world):
        juliet, room, romeo, _ = world.pair()

        message_id = juliet.send_message(f"{room}/{romeo.nick}", "both at once")

        assert error_of(juliet.wait("message", id=message_id)) == ("bad-request", "modify")


class TestAccess:
    """[access] lists one of the two domains that Prosody serves."""

    def test_strangers_are_refused_whatever_they_ask(self, world):
        stranger = world.xmpp("paris", domain=STRANGERS_DOMAIN)
        channel = world.channel()
        romeo = world.irc(channel=channel)
        room = world.room(channel)

        joined = stranger.refused_join(room, stranger.name)
        private = stranger.wait("message", id=stranger.send_message(world.person(romeo.nick), "hello", type="chat"))

        for error in (joined, private):
            assert error.condition in ("forbidden", "not-allowed", "registration-required")
        romeo.sync()
        assert not romeo.of_others("join") and not romeo.all("privmsg")


class TestOnlyListedNetworks:
    def test_any_other_is_refused(self, own_world):
        world = own_world(irc={"any_network": False})
        juliet = world.xmpp()

        assert juliet.join(world.room(world.channel()), juliet.name).nick == juliet.name
        error = juliet.refused_join(world.room("#hall", "irc.example.com"), juliet.name)

        assert error.condition in ("item-not-found", "not-allowed", "forbidden")
        assert error.error_text


class TestQueries:
    @pytest.mark.parametrize("kind", ["get", "set"])
    def test_what_nobody_knows(self, world, kind):
        juliet, room, romeo, _ = world.pair()
        for address in (IRC_DOMAIN, world.network_address, room, f"{room}/{romeo.nick}",
                        world.person(romeo.nick)):
            answer = juliet.request(address, "<query xmlns='urn:example:nothing'/>", type=kind)

            assert answer.type == "error"
            assert answer.condition in ("service-unavailable", "feature-not-implemented")
            assert answer.sender == address
