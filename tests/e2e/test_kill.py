"""Private messages, while one of those on their way is killed."""

import time

from support.outbox import stored, wait_until_kept, wait_until_said
from support.process import wait_until
from support.xmpp_servers import KeepingProsody
from test_persistent import stay

COUNT = 100
QUICK = {"burst": 10_000}
PATIENCE = 60.0  # seconds for what begins with a restart


def numbers(bodies):
    return [int(body.partition(" ")[2]) for body in bodies if body and body.startswith("number ")]


def heard_by(romeos):
    """The numbers that romeo heard on all his connections, each once, in the order in which they came first."""
    return list(dict.fromkeys(numbers(event.text for romeo in romeos for event in romeo.all("privmsg"))))


def said_to(clients):
    """The numbers that came to juliet's clients. A double has the same id."""
    by_id = {}
    for client in clients:
        for message in client.all("message", type="chat", body=lambda body: body.startswith("number ")):
            by_id.setdefault(message.id, message)
    return numbers(message.body for message in by_id.values())


def send_numbers(juliet, person, first, last):
    for number in range(first, last):
        juliet.send_message(person, f"number {number}", type="chat")


class TestTheGateway:
    def test_in_the_midst_of_it(self, own_world):
        """What the killed process had read and not yet written is lost: XEP-0114 has no acknowledgements, nor has IRC.
        The rest arrives in order, what it was writing perhaps twice."""
        world = own_world(xmpp_server=KeepingProsody, access=QUICK)
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        wait_until(lambda: stored(world, "settings") > 0, "her wish to stay is stored", timeout=PATIENCE)
        person = world.person(romeo.nick)
        for number in range(COUNT):
            juliet.send_message(person, f"number {number}", type="chat")
            if number < COUNT // 2:
                romeo.say(juliet.name, f"number {number}")
            if number == COUNT // 2:
                romeo.wait("privmsg", text="number 10")
                juliet.wait("message", type="chat", body="number 10")
                mark = romeo.mark()
                world.gateway.kill()
        world.gateway.start()
        juliet.send_message(person, "number 1000", type="chat")
        romeo.wait("privmsg", text="number 1000", timeout=PATIENCE)
        romeo.wait("join", since=mark, source=juliet.name, timeout=PATIENCE)
        for number in range(COUNT // 2, COUNT):
            romeo.say(juliet.name, f"number {number}")
        juliet.wait("message", type="chat", body=f"number {COUNT - 1}", timeout=PATIENCE)

        out = heard_by([romeo])
        assert out == sorted(out)
        assert set(range(11)) <= set(out) and out[-1] == 1000
        back = said_to([juliet])
        assert back == sorted(back)
        assert {*range(11), *range(COUNT // 2, COUNT)} <= set(back)

    def test_with_the_xmpp_server_while_nothing_is_routed(self, own_world):
        world = own_world(xmpp_server=KeepingProsody, access=QUICK)
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        world.xmpp_server.pause()
        for number in range(COUNT):
            romeo.say(juliet.name, f"number {number}")
        wait_until_kept(world, COUNT)
        world.gateway.kill()
        world.xmpp_server.kill()
        world.xmpp_server.start()
        world.gateway.start()
        again = world.xmpp(account=juliet.name)
        again.wait("message", body=f"number {COUNT - 1}", timeout=PATIENCE)
        assert said_to([again]) == [*range(COUNT)]

    def test_while_the_xmpp_server_is_away(self, own_world):
        world = own_world(xmpp_server=KeepingProsody, access=QUICK)
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        juliet.disconnect()
        world.xmpp_server.kill()
        for number in range(COUNT):
            romeo.say(juliet.name, f"number {number}")
        wait_until_kept(world, COUNT)
        world.gateway.kill()
        world.xmpp_server.start()
        world.gateway.start()
        again = world.xmpp(account=juliet.name)
        again.wait("message", body=f"number {COUNT - 1}", timeout=PATIENCE)
        assert said_to([again]) == [*range(COUNT)]

    def test_with_the_irc_server_while_nothing_is_relayed(self, own_world, ircd):
        world = own_world(ircds=[ircd], xmpp_server=KeepingProsody, access=QUICK)
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        world.ircd.pause()
        send_numbers(juliet, world.person(romeo.nick), 0, COUNT)
        wait_until_kept(world, COUNT)
        world.gateway.kill()
        world.ircd.kill()
        world.ircd.start()
        back = world.irc(nick=romeo.nick)
        world.gateway.start()
        back.wait("privmsg", text=f"number {COUNT - 1}", timeout=PATIENCE)
        assert heard_by([back]) == [*range(COUNT)]
        assert not juliet.all("message", type="error")


class TestTheXmppServer:
    def test_in_the_midst_of_it(self, own_world):
        world = own_world(xmpp_server=KeepingProsody, access=QUICK)
        juliet, room, romeo, channel = world.pair()
        stay(juliet, room)
        person = world.person(romeo.nick)
        send_numbers(juliet, person, 0, COUNT // 2)
        romeo.wait("privmsg", text=f"number {COUNT // 2 - 1}")
        juliet.disconnect()
        for number in range(COUNT):
            romeo.say(juliet.name, f"number {number}")
            if number == COUNT // 2:
                world.xmpp_server.kill()
            time.sleep(0.005)  # so that some are said before, some while it is away
        world.xmpp_server.start()
        romeo.say(juliet.name, "number 1000")

        again = world.xmpp(account=juliet.name)
        again.wait("message", body="number 1000", timeout=PATIENCE)
        assert sorted(said_to([again])) == [*range(COUNT), 1000]
        send_numbers(again, person, COUNT // 2, COUNT)
        romeo.wait("privmsg", text=f"number {COUNT - 1}", timeout=PATIENCE)
        assert heard_by([romeo]) == [*range(COUNT)]


class TestTheIrcServer:
    def test_in_the_midst_of_it(self, own_world, ircd):
        """What was written to it and never read is said again, marked where IRC has a place for that; what is said while
        it is away waits."""
        world = own_world(ircds=[ircd], access=QUICK)
        juliet, room, romeo, channel = world.pair()
        person = world.person(romeo.nick)
        for number in range(COUNT // 2):
            romeo.say(juliet.name, f"number {number}")
        juliet.wait("message", type="chat", body=f"number {COUNT // 2 - 1}")
        send_numbers(juliet, person, 0, 30)
        romeo.wait("privmsg", text="number 29")
        world.ircd.pause()
        send_numbers(juliet, person, 30, 60)
        wait_until_said(world, "number 59")
        mark = juliet.mark()
        world.ircd.kill()
        juliet.wait("presence", since=mark, type="unavailable", sender=f"{room}/{juliet.name}", timeout=PATIENCE)
        send_numbers(juliet, person, 60, COUNT)
        wait_until_said(world, f"number {COUNT - 1}")
        world.gateway.pause()  # so that romeo is there before juliet is
        world.ircd.start()
        has_tags = "client-tags" in ircd.abilities
        back = world.irc(nick=romeo.nick, channel=channel, capabilities="message-tags" if has_tags else "")
        world.gateway.resume()
        back.wait("privmsg", text=f"number {COUNT - 1}", timeout=PATIENCE)
        back.wait("join", source=juliet.name, timeout=PATIENCE)
        for number in range(COUNT // 2, COUNT):
            back.say(juliet.name, f"number {number}")
        juliet.wait("message", type="chat", body=f"number {COUNT - 1}", timeout=PATIENCE)

        assert heard_by([romeo, back]) == [*range(COUNT)]
        again = numbers(event.text for event in back.all("privmsg"))
        assert again == [*range(again[0], COUNT)]  # of the first 30 those that were not known to have arrived
        marked = numbers(event.text for event in back.all("privmsg") if "+isthmus/repeated" in event.tags)
        assert marked == ([number for number in again if number < 60] if has_tags else [])
        assert said_to([juliet]) == [*range(COUNT)]
        assert not juliet.all("message", type="error")
