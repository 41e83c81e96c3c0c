"""Accounts on a network with services: registered, set, used for the login, kept over a restart."""

import subprocess

import pytest

from support import commands
from support.forms import DATA
from support.process import RUN_FOLDER, wait_until
from support.servers import Servers, gateway_binary
from support.services import Atheme, InspircdWithServices
from support.world import World
from support.xmpp_servers import IRC_DOMAIN, USERS_DOMAIN

PASSWORD = "wherefore-art-thou"
ADMIN = f"escalus@{USERS_DOMAIN}"
REGISTER = "jabber:iq:register"
GATEWAY = "jabber:iq:gateway"
ROSTER = "jabber:iq:roster"
VALIDATE = "{http://jabber.org/protocol/xdata-validate}"
LAYOUT = "{http://jabber.org/protocol/xdata-layout}"


@pytest.fixture(scope="module")
def network():
    """Prosody, InspIRCd with atheme, and a gateway of its own."""
    servers = Servers(RUN_FOLDER / "services", ircds=(InspircdWithServices,), access={"admins": [ADMIN]})
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


def subscription(user, address):
    """What the user's roster says of that contact; None when it is in it no more."""
    roster = user.request(user.bare_jid, f"<query xmlns='{ROSTER}'/>")
    return next((item.get("subscription") for item in roster.xml.iter(f"{{{ROSTER}}}item")
                 if item.get("jid") == address), None)


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

    def test_rekey_keeps_the_passwords(self, world):
        juliet = world.xmpp()
        commands.run(juliet, world.network_address, "settings", sasl="PLAIN", sasl_password="not the password")
        key = world.servers.folder / "key"
        before = key.read_text()
        rekey = [str(gateway_binary()), "--config", str(world.gateway.config), "rekey"]

        assert subprocess.run(rekey, capture_output=True, timeout=15).returncode == 1, "it runs"
        world.gateway.stop()
        result = subprocess.run(rekey, capture_output=True, text=True, timeout=15)
        world.gateway.start()
        wait_until(world.gateway.is_ready, "the gateway is ready")

        assert (result.returncode, result.stderr) == (0, "")
        assert key.read_text() != before
        refusal = juliet.refused_join(world.room(world.channel()), juliet.name)
        assert "settings" in refusal.error_text, "the password was read, and sent"


class TestGateway:
    """What XEP-0100 says of gateways."""

    def test_who_registers_and_the_gateway_see_each_other(self, world):
        juliet = world.xmpp()
        start = juliet.mark()

        assert juliet.request(IRC_DOMAIN, f"<query xmlns='{REGISTER}'/>", "set").type == "result"

        juliet.wait("presence", since=start, sender=IRC_DOMAIN, type="subscribe")
        # The client agrees, and asks for the same: it is granted, and the gateway seen by all of hers.
        juliet.wait("presence", since=start, sender=IRC_DOMAIN, type="", to=juliet.bare_jid)
        again = world.xmpp(account=juliet.name, resource="garden")
        again.wait("presence", sender=IRC_DOMAIN, type="")

        wait_until(lambda: subscription(juliet, IRC_DOMAIN) == "both", "each knows of the other")

        start = juliet.mark()
        juliet.request(IRC_DOMAIN, f"<query xmlns='{REGISTER}'><remove/></query>", "set")
        juliet.wait("presence", since=start, sender=IRC_DOMAIN, type="unavailable")
        wait_until(lambda: subscription(juliet, IRC_DOMAIN) == "none", "neither knows of the other")

    def test_is_there_for_who_says_hello_to_it(self, world):
        juliet = world.xmpp()
        for kind in ("", "unavailable", ""):
            start = juliet.mark()
            juliet.send_presence(IRC_DOMAIN, kind)
            juliet.wait("presence", since=start, sender=IRC_DOMAIN, type=kind)

    def test_makes_an_address_of_a_name(self, world):
        juliet = world.xmpp()
        asked = juliet.query(IRC_DOMAIN, GATEWAY)
        assert asked.xml.findtext(f"{{{GATEWAY}}}query/{{{GATEWAY}}}prompt")
        for address, name in ((IRC_DOMAIN, f"Romeo%{world.network}"), (world.network_address, "romeo")):
            made = juliet.request(address, f"<query xmlns='{GATEWAY}'><prompt>{name}</prompt></query>", "set")
            assert made.xml.findtext(f"{{{GATEWAY}}}query/{{{GATEWAY}}}jid") == world.person("romeo")
        refusal = juliet.request(IRC_DOMAIN, f"<query xmlns='{GATEWAY}'><prompt>a b%c</prompt></query>", "set")
        assert refusal.condition in ("jid-malformed", "item-not-found")


class TestForms:
    def test_wrong_values_are_named_by_form_and_in_words(self, world):
        juliet = world.xmpp()
        begun = commands.begin(juliet, world.network_address, "settings")
        ranges = {field.get("var"): (part.get("min"), part.get("max"))
                  for field in begun.stanza.xml.iter(f"{DATA}field") for part in field.iter(f"{VALIDATE}range")}
        assert ranges["port"] == ("0", "65535") and ranges["history"] == ("0", "500")
        assert "fingerprint" in [ref.get("var") for ref in begun.stanza.xml.iter(f"{LAYOUT}fieldref")]

        for field, value in (("port", "99999"), ("history", "many"), ("fingerprint", "abc"), ("tls", "perhaps")):
            again = commands.Step(commands.fill(juliet, world.network_address, begun, **{field: value}))
            assert again.status == "executing"
            assert again.notes[0].startswith(f"{field}: ")
            assert again.fields[field] == value, "what was typed is there to be mended"
            start = juliet.mark()
            juliet.send_message(world.network_address, f"set {field} {value}", type="chat")
            juliet.wait("message", since=start, sender=world.network_address,
                        body=lambda body: body.startswith(f"{field}: "))
        assert commands.Step(commands.fill(juliet, world.network_address, begun, port="6697")).status == "completed"


class TestCommands:
    def test_are_the_same_in_words(self, world):
        juliet = world.xmpp()
        start = juliet.mark()

        juliet.send_message(world.network_address, "set real_name Juliet Capulet", type="chat")

        juliet.wait("message", since=start, sender=world.network_address, body="Saved.")
        assert commands.begin(juliet, world.network_address, "settings").fields["real_name"] == "Juliet Capulet"

    def test_end_connections(self, world):
        juliet, room, romeo, _ = world.pair()
        start, seen = juliet.mark(), romeo.mark()

        assert world.network in commands.begin(juliet, IRC_DOMAIN, "connections").notes[0]
        commands.begin(juliet, world.network_address, "disconnect")

        romeo.wait("quit", since=seen, source=juliet.name)
        juliet.wait("presence", since=start, sender=f"{room}/{juliet.name}", type="unavailable", statuses={110})
        assert commands.begin(juliet, IRC_DOMAIN, "connections").notes == ["No connections."]

    def test_of_administrators_are_for_nobody_else(self, world):
        juliet, room, romeo, _ = world.pair()
        escalus = world.xmpp(account=ADMIN.partition("@")[0])
        seen = romeo.mark()

        for node in ("users", "disconnect-user", "counters", "reload"):
            refusal = juliet.request(IRC_DOMAIN, f"<command xmlns='{commands.COMMANDS}' node='{node}'/>", "set")
            assert refusal.condition == "forbidden", node
        assert juliet.bare_jid in commands.begin(escalus, IRC_DOMAIN, "users").notes[0]
        commands.run(escalus, IRC_DOMAIN, "disconnect-user", user=juliet.bare_jid)
        romeo.wait("quit", since=seen, source=juliet.name)

    def test_of_a_user_who_unregisters_is_gone(self, world):
        juliet, _, romeo, _ = world.pair()
        commands.run(juliet, world.network_address, "settings", real_name="Juliet Capulet")
        assert juliet.request(IRC_DOMAIN, f"<query xmlns='{REGISTER}'/>", "set").type == "result"
        seen = romeo.mark()

        gone = juliet.request(IRC_DOMAIN, f"<query xmlns='{REGISTER}'><remove/></query>", "set")

        assert gone.type == "result"
        romeo.wait("quit", since=seen, source=juliet.name)
        assert commands.begin(juliet, world.network_address, "settings").fields["real_name"] == ""
        form = juliet.request(IRC_DOMAIN, f"<query xmlns='{REGISTER}'/>")
        assert form.xml.find(f"{{{REGISTER}}}query/{{{REGISTER}}}registered") is None
