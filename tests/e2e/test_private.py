"""Private messages: to a nick of a network, through a room, and what clients ask each other (CTCP)."""

import pytest

pytestmark = pytest.mark.ejabberd


class TestByAddress:
    def test_a_message_to_a_nick_and_its_answer(self, world):
        juliet, _, romeo, _ = world.pair()

        juliet.send_message(world.person(romeo.nick), "wherefore art thou? \U0001f339", type="chat")
        event = romeo.wait("privmsg", source=juliet.name)
        assert (event.target, event.text) == (romeo.nick, "wherefore art thou? \U0001f339")
        romeo.say(juliet.name, "here \U0001f319")

        answer = juliet.wait("message", type="chat", body="here \U0001f319")
        assert answer.sender.partition("/")[0] == world.person(romeo.nick)
        assert not answer.has_muc_user

    def test_a_stranger_may_begin(self, world):
        juliet, _, _, _ = world.pair()
        paris = world.irc("paris")

        paris.say(juliet.name, "my lady")

        message = juliet.wait("message", type="chat", body="my lady")
        assert message.sender.partition("/")[0] == world.person(paris.nick)

    def test_capitals_in_a_nick_make_no_other_person(self, world):
        juliet, _, _, _ = world.pair()
        paris = world.irc(nick=world.name("PaRis"))

        juliet.send_message(world.person(paris.nick), "sir", type="chat")
        paris.wait("privmsg", source=juliet.name, text="sir")
        paris.say(juliet.name, "madam")

        answer = juliet.wait("message", type="chat", body="madam")
        assert answer.sender.partition("/")[0] == world.person(paris.nick)

    def test_the_first_message_opens_the_connection(self, world):
        romeo = world.irc()
        juliet = world.xmpp()

        juliet.send_message(world.person(romeo.nick), "no room needed", type="chat")

        sender = romeo.wait("privmsg", text="no room needed").source
        romeo.say(sender, "none at all")
        juliet.wait("message", type="chat", body="none at all")

    def test_a_message_to_nobody_is_answered(self, world):
        juliet, _, _, _ = world.pair()
        nobody = world.person(world.name("nobody"))

        message_id = juliet.send_message(nobody, "anyone?", type="chat")

        error = juliet.wait("message", id=message_id)
        assert (error.type, error.condition, error.error_type) == ("error", "item-not-found", "cancel")
        assert error.sender == nobody

    def test_a_long_message_is_split_between_characters(self, world):
        juliet, _, romeo, _ = world.pair()
        text = "x" + "\U0001f339" * 300

        juliet.send_message(world.person(romeo.nick), text, type="chat")

        def pieces():
            return [event.text for event in romeo.all("privmsg", source=juliet.name)]

        romeo.wait("privmsg", text=lambda _: len("".join(pieces())) >= len(text))
        assert "".join(pieces()) == text
        assert len(pieces()) >= 3

    def test_actions_go_both_ways(self, world):
        juliet, _, romeo, _ = world.pair()

        juliet.send_message(world.person(romeo.nick), "/me sighs", type="chat")
        assert romeo.wait("action", source=juliet.name, target=romeo.nick).text == "sighs"
        romeo.act(juliet.name, "climbs")

        juliet.wait("message", type="chat", body="/me climbs")

    def test_a_notice_arrives(self, world):
        juliet, _, romeo, _ = world.pair()

        romeo.notice(juliet.name, "nota bene")

        juliet.wait("message", body=lambda body: "nota bene" in body)

    def test_messages_keep_their_order(self, world):
        juliet, _, romeo, _ = world.pair()
        numbers = [f"number {number}" for number in range(100)]

        for number in numbers:
            juliet.send_message(world.person(romeo.nick), number, type="chat")
            romeo.say(juliet.name, number)

        romeo.wait("privmsg", source=juliet.name, count=100)
        assert [event.text for event in romeo.all("privmsg", source=juliet.name)] == numbers
        juliet.wait("message", type="chat", body=numbers[-1])
        assert [message.body for message in juliet.all("message", type="chat")] == numbers


class TestThroughTheRoom:
    def test_the_answer_comes_from_the_occupant(self, world):
        juliet, room, romeo, _ = world.pair()

        juliet.send_message(f"{room}/{romeo.nick}", "psst \U0001f92b", type="chat",
                            extra="<x xmlns='http://jabber.org/protocol/muc#user'/>")
        romeo.wait("privmsg", source=juliet.name, target=romeo.nick, text="psst \U0001f92b")
        romeo.say(juliet.name, "what is it?")

        answer = juliet.wait("message", type="chat", body="what is it?")
        assert answer.sender == f"{room}/{romeo.nick}"
        assert answer.has_muc_user
        assert not romeo.all("pubmsg")

    def test_to_somebody_who_is_not_there(self, world):
        juliet, room, _, _ = world.pair()
        nobody = f"{room}/{world.name('nobody')}"

        message_id = juliet.send_message(nobody, "anyone?", type="chat")

        error = juliet.wait("message", id=message_id)
        assert (error.type, error.condition) == ("error", "item-not-found")

    def test_from_outside_the_room(self, world):
        juliet, room, romeo, _ = world.pair()
        rosaline = world.xmpp("rosaline")

        message_id = rosaline.send_message(f"{room}/{romeo.nick}", "let me in", type="chat")

        error = rosaline.wait("message", id=message_id)
        assert (error.type, error.condition) == ("error", "not-acceptable")
        juliet.send_message(room, "all is quiet")
        romeo.wait("pubmsg", text="all is quiet")
        assert not romeo.all("privmsg")


class TestCtcp:
    def test_version_is_answered(self, world):
        juliet, _, romeo, _ = world.pair()

        romeo.say(juliet.name, "\x01VERSION\x01")

        answer = romeo.wait("ctcpreply", source=juliet.name)
        assert answer.arguments[0] == "VERSION"
        assert "isthmus" in answer.text
        assert juliet.bare_jid not in answer.text

    @pytest.mark.parametrize("verb, argument, answer", [("PING", "12345 67", "12345 67"), ("TIME", "", None)])
    def test_ping_and_time_are_answered(self, world, verb, argument, answer):
        juliet, _, romeo, _ = world.pair()

        romeo.say(juliet.name, f"\x01{verb} {argument}".rstrip() + "\x01")

        reply = romeo.wait("ctcpreply", source=juliet.name)
        assert reply.arguments[0] == verb
        assert reply.text == answer if answer else reply.text

    def test_a_file_offer_is_refused_with_a_note(self, world):
        juliet, _, romeo, _ = world.pair()

        romeo.say(juliet.name, "\x01DCC SEND secrets.txt 2130706433 1024 10\x01")

        note = juliet.wait("message", body=lambda body: "DCC" in body)
        assert "2130706433" not in note.body

    def test_a_question_to_the_client_is_no_message(self, world):
        juliet, _, romeo, _ = world.pair()

        romeo.say(juliet.name, "\x01VERSION\x01")
        romeo.say(juliet.name, "after it")

        juliet.wait("message", body="after it")
        assert not juliet.all("message", body=lambda body: "VERSION" in body)
