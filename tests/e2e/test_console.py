"""What is written to a network, and what it says of itself."""

from support.irc_servers import MOTD


class TestConsole:
    def test_a_command_is_answered_to_whoever_wrote_it(self, world):
        juliet, room, romeo, channel = world.pair()
        rosaline = world.xmpp("rosaline")
        rosaline.join(room, rosaline.name)
        start, others = juliet.mark(), rosaline.mark()

        juliet.send_message(world.network_address, f"WHOIS {romeo.nick}", type="chat")

        juliet.wait("message", since=start, sender=world.network_address, body=lambda body: romeo.nick in body)
        romeo.say(channel, "to all")
        rosaline.wait("message", body="to all")
        assert [stanza.body for stanza in rosaline.all("message", since=others)] == ["to all"]

    def test_an_unknown_command_is_answered_by_the_server(self, world):
        juliet, _, _, _ = world.pair()
        start = juliet.mark()

        juliet.send_message(world.network_address, "WHEREFORE art thou", type="chat")

        juliet.wait("message", since=start, sender=world.network_address, body=lambda body: "WHEREFORE" in body.upper())

    def test_a_message_of_the_day_comes_once(self, world):
        juliet, _, _, _ = world.pair()
        juliet.join(world.room(world.channel()), juliet.name)

        juliet.wait("message", sender=world.network_address, body=lambda body: MOTD in body)
        assert len(juliet.all("message", body=lambda body: MOTD in body)) == 1
