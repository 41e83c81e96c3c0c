"""What IRC has learnt since, on a server that has it."""

import pytest

from support.irc_servers import OPERATOR


def become_operator(peer):
    peer.send(f"OPER {OPERATOR[0]} :{OPERATOR[1]}")
    peer.wait("youreoper")


class TestNicksOfTheServer:
    @pytest.mark.needs("msgid")
    def test_a_nick_that_begins_with_a_digit(self, world):
        """NICK 0 is this server's way to give somebody their unique id for a name."""
        juliet, room, romeo, channel = world.pair()
        paris = world.irc("paris", channel)
        juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")
        become_operator(romeo)

        paris.send("NICK 0")
        gone = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="unavailable")
        uid = gone.item["nick"]
        assert 303 in gone.statuses and uid.startswith("042")
        juliet.wait("presence", sender=f"{room}/{uid}", type="")
        juliet.send_message(f"{room}/{uid}", "who are you?", type="chat")
        paris.wait("privmsg", text="who are you?")

    @pytest.mark.needs("chghost")
    def test_a_forced_nick_is_told_in_the_room(self, world):
        juliet, room, romeo, _ = world.pair()
        become_operator(romeo)
        new = world.name("guest")

        romeo.send(f"SANICK {juliet.name} {new}")

        gone = juliet.wait("presence", sender=f"{room}/{juliet.name}", type="unavailable")
        assert {110, 303} <= gone.statuses and gone.item["nick"] == new
        juliet.wait("presence", sender=f"{room}/{new}", type="", statuses={110})
        juliet.send_message(room, "who am I?")
        romeo.wait("pubmsg", source=new, text="who am I?")


@pytest.mark.needs("chghost")
class TestHosts:
    def test_a_new_host_is_no_leaving(self, world):
        juliet, room, romeo, channel = world.pair()
        paris = world.irc("paris", channel)
        juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")
        become_operator(romeo)
        start = juliet.mark()

        romeo.send(f"CHGHOST {paris.nick} county.verona.example")
        romeo.send(f"CHGHOST {juliet.name} {'balcony.' * 7}example")
        romeo.sync()
        text = "\U0001f339" * 300
        juliet.send_message(room, text)

        # Our own prefix has grown: pieces are cut so that they arrive whole.
        romeo.wait("pubmsg", source=juliet.name, text=lambda _: sum(
            len(event.text) for event in romeo.all("pubmsg", source=juliet.name)) >= len(text))
        assert "".join(event.text for event in romeo.all("pubmsg", source=juliet.name)) == text
        assert not juliet.all("presence", since=start, sender=f"{room}/{paris.nick}", type="unavailable")


class TestChannelsOfTheServer:
    @pytest.mark.needs("forward")
    def test_a_forward_is_told_by_where_it_leads(self, world):
        channel, other = world.channel(), world.channel()
        romeo = world.irc(channel=channel)
        romeo.join(other)
        romeo.mode(channel, f"+lL 1 {other}")
        juliet = world.xmpp()

        error = juliet.refused_join(world.room(channel), juliet.name)

        assert error.condition in ("redirect", "gone")
        assert other in repr(error)

    @pytest.mark.needs("accounts-only")
    def test_a_channel_for_those_with_an_account(self, world):
        channel = world.channel()
        romeo = world.irc(channel=channel)
        romeo.mode(channel, "+R")
        juliet = world.xmpp()

        error = juliet.refused_join(world.room(channel), juliet.name)

        assert (error.condition, error.error_type) == ("registration-required", "auth")

    @pytest.mark.needs("msgid")
    def test_what_is_said_to_those_with_standing(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.mode(channel, f"+o {juliet.name}")

        romeo.say(f"@{channel}", "between us")

        juliet.wait("message", sender=f"{room}/{romeo.nick}", body=lambda body: body.endswith("between us"))
