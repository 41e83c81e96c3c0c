"""What one user does is not told to another, on one network and in one channel."""


class TestPrivateMessages:
    def test_each_hears_only_what_is_said_to_them(self, world):
        juliet, room, romeo, channel = world.pair()
        rosaline = world.xmpp("rosaline")
        rosaline.join(room, rosaline.name)
        start = rosaline.mark()

        juliet.send_message(world.person(romeo.nick), "to him alone", type="chat")
        juliet.send_message(f"{room}/{romeo.nick}", "in his ear", type="chat")
        romeo.wait("privmsg", text="in his ear")
        romeo.say(juliet.name, "to her alone")
        romeo.notice(juliet.name, "a note to her")
        romeo.say(juliet.name, "\x01VERSION\x01")
        juliet.wait("message", body="to her alone")
        romeo.wait("ctcpreply", source=juliet.name)
        romeo.say(channel, "to all")
        rosaline.wait("message", body="to all")

        assert [stanza.body for stanza in rosaline.all("message", since=start)] == ["to all"]

    def test_a_refusal_is_told_to_whom_it_belongs(self, world):
        juliet, room, romeo, channel = world.pair()
        rosaline = world.xmpp("rosaline")
        rosaline.join(room, rosaline.name)
        start = rosaline.mark()

        message_id = juliet.send_message(world.person(world.name("nobody")), "anyone?", type="chat")
        assert juliet.wait("message", id=message_id).type == "error"
        romeo.say(channel, "to all")
        rosaline.wait("message", body="to all")

        assert [stanza.body for stanza in rosaline.all("message", since=start)] == ["to all"]

    def test_another_user_is_not_in_the_room_by_its_nick(self, world):
        """Only who has entered may speak, ask or be answered in a room, whoever else has."""
        juliet, room, romeo, _ = world.pair()
        rosaline = world.xmpp("rosaline")
        start = rosaline.mark()

        rosaline.send_message(room, "in her name", type="groupchat")
        rosaline.send_presence(f"{room}/{juliet.name}", "unavailable")

        assert rosaline.wait("message", since=start, type="error").condition == "not-acceptable"
        assert rosaline.ping(f"{room}/{juliet.name}").condition == "not-acceptable"
        juliet.send_message(room, "still here")
        romeo.wait("pubmsg", source=juliet.name, text="still here")
        assert not romeo.all("pubmsg", text="in her name")
