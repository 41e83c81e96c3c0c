"""A network that wants TLS and knows people by their certificates: InspIRCd with STS, atheme with CertFP."""

import re

import pytest

from support import commands
from support.certificates import Authority
from support.process import RUN_FOLDER, make_folder, wait_until
from support.scripted_dns import ScriptedDns
from support.secure_ircd import SecureInspircd
from support.servers import Servers, toml_table
from support.services import Atheme
from support.world import World

PASSWORD = "wherefore-art-thou"
PATIENCE = 20.0  # seconds for what begins with a connection


@pytest.fixture(scope="module")
def network():
    authority = Authority(make_folder(RUN_FOLDER / "certificates-files"), "authority")
    ircd = type("Secure", (SecureInspircd,), {"certificate": authority.certificate_for(SecureInspircd.host)})
    dns = ScriptedDns({ircd.host: "127.0.0.1"})
    servers = Servers(RUN_FOLDER / "certificates", ircds=(ircd,),
                      network={"host": ircd.host, "ca_file": authority.certificate},
                      more=toml_table("[dns]", {"servers": [f"127.0.0.1:{dns.port}"]}))
    servers.start()
    servers.services = Atheme(servers.folder, servers.ircds[ircd.network]).start()
    yield servers
    servers.services.stop()
    servers.stop()
    dns.close()


@pytest.fixture
def world(network):
    world = World(network)
    yield world
    world.close()
    network.gateway.check()


def tell_services(world, user, text, answered):
    """Says something to NickServ, and waits for an answer that has those words in it."""
    start = user.mark()
    user.send_message(world.person("NickServ"), text, type="chat")
    user.wait("message", since=start, timeout=PATIENCE, sender=lambda sender: "nickserv" in sender,
              body=lambda body: re.search(answered, body, re.IGNORECASE))


def whois(peer, nick):
    """The numerics that `peer` gets for that nick, and what each says."""
    start = len(peer.lines)
    mark = peer.mark()
    peer.send(f"WHOIS {nick}")
    peer.wait("endofwhois", since=mark)
    return {line.split()[1]: line.split()[4:] for line in peer.lines[start:] if len(line.split()) > 4}


class TestExternal:
    def test_a_key_pair_made_on_request_logs_its_user_in(self, world):
        romeo, juliet = world.irc(), world.xmpp()
        room = world.room(world.channel())
        juliet.join(room, juliet.name, timeout=PATIENCE)
        tell_services(world, juliet, f"REGISTER {PASSWORD} {juliet.name}@example.org", "registered")

        made = commands.run(juliet, world.network_address, "certificate", action="show")
        fingerprint = re.search("SHA-256: ([0-9a-f]{64})", made.notes[0])[1]
        assert made.status == "completed"
        again = commands.run(juliet, world.network_address, "certificate", action="show")
        assert fingerprint in again.notes[0], "there is one already, which is not made anew"
        tell_services(world, juliet, f"CERT ADD {fingerprint}", "added")
        assert commands.run(juliet, world.network_address, "settings", sasl="EXTERNAL",
                            sasl_account=juliet.name).status == "completed"
        juliet.leave(room, juliet.name)
        commands.begin(juliet, world.network_address, "disconnect")  # who talks to services stays for a while
        romeo.wait_offline(juliet.name, PATIENCE)

        juliet.join(room, juliet.name, timeout=PATIENCE)

        seen = whois(romeo, juliet.name)
        assert seen["330"][0] == juliet.name, "logged in, without having said a password"
        # What the server itself says of the certificate (276) is for operators: 330 is the services' word.

    def test_a_key_pair_that_the_services_do_not_know_is_refused_in_the_room(self, world):
        juliet = world.xmpp()
        commands.run(juliet, world.network_address, "certificate", action="show")
        commands.run(juliet, world.network_address, "settings", sasl="EXTERNAL")

        refusal = juliet.refused_join(world.room(world.channel()), juliet.name, timeout=PATIENCE)

        assert refusal.condition == "not-authorized"

    def test_without_a_key_pair_it_cannot_be_set(self, world):
        juliet = world.xmpp()
        step = commands.run(juliet, world.network_address, "settings", sasl="EXTERNAL")
        assert step.status == "executing"
        assert step.notes[0].startswith("sasl: ")


class TestStrictTransportSecurity:
    def test_is_obeyed_at_once(self, world):
        romeo, juliet = world.irc(), world.xmpp()
        juliet.join(world.room(world.channel()), juliet.name, timeout=PATIENCE)
        assert "671" in whois(romeo, juliet.name), "a secure connection"

    def test_is_kept_over_a_restart_of_the_gateway(self, world):
        juliet = world.xmpp()
        room = world.room(world.channel())
        juliet.join(room, juliet.name, timeout=PATIENCE)
        juliet.leave(room, juliet.name)
        world.gateway.stop()
        world.servers.services.stop()
        world.ircd.stop()
        world.ircd.close_plain_port()
        world.ircd.start()
        world.gateway.start()
        wait_until(world.gateway.is_ready, "the gateway is ready")

        # Nobody listens where the configuration says: the first connection is one with TLS, or none.
        juliet.join(room, juliet.name, timeout=PATIENCE)
