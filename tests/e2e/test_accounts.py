"""Accounts on a network with services: registered, set, used for the login, kept over a restart."""

import pytest

from support import commands
from support.process import RUN_FOLDER, wait_until
from support.servers import Servers
from support.services import Atheme, InspircdWithServices
from support.world import World

PASSWORD = "wherefore-art-thou"


@pytest.fixture(scope="module")
def network():
    """Prosody, InspIRCd with atheme, and a gateway of its own."""
    servers = Servers(RUN_FOLDER / "services", ircds=(InspircdWithServices,))
    servers.start()
    services = Atheme(servers.folder, servers.ircds[InspircdWithServices.network]).start()
    yield servers
    services.stop()
    servers.stop()


@pytest.fixture
def world(network):
    world = World(network)
    yield world
    world.close()
    network.gateway.check()


def register(world, user):
    """Registers the user's nick with NickServ, in words, from the XMPP client."""
    start = user.mark()
    user.send_message(world.person("NickServ"), f"REGISTER {PASSWORD} {user.name}@example.org",
                      type="chat")
    user.wait("message", since=start, sender=lambda sender: "nickserv" in sender,
              body=lambda body: "registered" in body.lower())


def logged_in_as(world, peer, nick):
    """The account that `peer` sees of that nick."""
    start = peer.mark()
    peer.send(f"WHOIS {nick}")
    peer.wait("endofwhois", since=start)
    found = [line.split()[4] for line in peer.lines if line.split()[1:2] == ["330"]]
    return found[-1] if found else None


class TestAccount:
    def test_is_registered_set_and_used_after_a_restart(self, world):
        juliet, room, romeo, _ = world.pair()
        register(world, juliet)
        juliet.leave(room, juliet.name)

        step = commands.run(juliet, world.network_address, "settings", sasl="PLAIN", sasl_account=juliet.name,
                            sasl_password=PASSWORD, real_name="Juliet Capulet")
        assert step.status == "completed"
        world.gateway.stop()
        world.gateway.start()
        wait_until(world.gateway.is_ready, "the gateway is ready")
        form = commands.begin(juliet, world.network_address, "settings").fields
        assert (form["sasl"], form["real_name"], form["sasl_password"]) == ("PLAIN", "Juliet Capulet", "")

        juliet.join(room, juliet.name)
        assert logged_in_as(world, romeo, juliet.name) == juliet.name

    def test_that_is_refused_says_so_in_the_room_until_something_changes(self, world):
        juliet = world.xmpp()
        room = world.room(world.channel())
        commands.run(juliet, world.network_address, "settings", sasl="PLAIN", sasl_password="not the password")

        for _ in range(2):
            refusal = juliet.refused_join(room, juliet.name)
            assert refusal.condition == "not-authorized"
            assert "settings" in refusal.error_text

        commands.run(juliet, world.network_address, "settings", sasl="", sasl_password="-")
        juliet.join(room, juliet.name)

    def test_is_nobody_elses_to_see(self, world):
        juliet, rosaline = world.xmpp(), world.xmpp("rosaline")
        commands.run(juliet, world.network_address, "settings", nick="jules", server_password="secret words")

        assert commands.begin(rosaline, world.network_address, "settings").fields["nick"] == ""
        for path in world.servers.folder.glob("isthmus.*"):
            assert b"secret words" not in path.read_bytes(), path
