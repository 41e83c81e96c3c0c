"""Private messages, while one of those on their way is killed."""

import time

from support.xmpp_servers import KeepingProsody
from test_persistent import stay

COUNT = 100


def numbers(bodies):
    return [int(body.partition(" ")[2]) for body in bodies if body and body.startswith("number ")]


def test_the_gateway(own_world):
    """What the killed process had read and not yet written is lost: XEP-0114 has no acknowledgements. The rest arrives
    in order, what it was writing perhaps twice."""
    world = own_world()
    juliet, room, romeo, channel = world.pair()
    stay(juliet, room)
    person = world.person(romeo.nick)
    for number in range(COUNT):
        juliet.send_message(person, f"number {number}", type="chat")
        if number == COUNT // 2:
            romeo.wait("privmsg", text="number 10")
            world.gateway.kill()
    world.gateway.start()
    juliet.send_message(person, "number 1000", type="chat")
    romeo.wait("privmsg", text="number 1000", timeout=30)

    first = list(dict.fromkeys(numbers(event.text for event in romeo.all("privmsg"))))
    assert first == sorted(first)
    assert set(range(11)) <= set(first) and first[-1] == 1000


def test_the_xmpp_server(own_world):
    world = own_world(xmpp_server=KeepingProsody)
    juliet, room, romeo, channel = world.pair()
    stay(juliet, room)
    juliet.disconnect()
    for number in range(COUNT):
        romeo.say(juliet.name, f"number {number}")
        if number == COUNT // 2:
            world.xmpp_server.kill()
        time.sleep(0.005)  # so that some are said before, some while it is away
    world.xmpp_server.start()
    romeo.say(juliet.name, "number 1000")

    again = world.xmpp(account=juliet.name)
    again.wait("message", body="number 1000", timeout=60)
    heard = again.all("message", body=lambda body: body.startswith("number "))
    by_id = {}
    for message in heard:
        by_id.setdefault(message.id, message)  # a double has the same id
    first = numbers(message.body for message in by_id.values())
    assert sorted(first) == [*range(COUNT), 1000]
