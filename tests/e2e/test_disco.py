"""What the gateway says of itself: service discovery, version, ping."""

import pytest

from support.xmpp_client import DISCO_INFO, DISCO_ITEMS, MUC, PING, VERSION
from support.xmpp_servers import IRC_DOMAIN


def identities(answer):
    return [(element.get("category"), element.get("type")) for element in answer.xml.iter(f"{{{DISCO_INFO}}}identity")]


def features(answer):
    return {element.get("var") for element in answer.xml.iter(f"{{{DISCO_INFO}}}feature")}


def items(answer):
    return {element.get("jid") for element in answer.xml.iter(f"{{{DISCO_ITEMS}}}item")}


class TestInfo:
    def test_gateway_and_networks_hold_conferences(self, world):
        juliet = world.xmpp()
        for address in (IRC_DOMAIN, world.network_address):
            answer = juliet.query(address, DISCO_INFO)

            assert answer.type == "result"
            assert ("conference", "irc") in identities(answer)
            assert {DISCO_INFO, DISCO_ITEMS, MUC, PING, VERSION} <= features(answer)

    def test_a_room(self, world):
        juliet, room, _, _ = world.pair()

        answer = juliet.query(room, DISCO_INFO)

        assert {category for category, _ in identities(answer)} == {"conference"}
        assert {DISCO_INFO, MUC, PING, "muc_nonanonymous"} <= features(answer)

    def test_a_room_that_one_has_not_joined(self, world):
        answer = world.xmpp().query(world.room(world.channel()), DISCO_INFO)

        assert MUC in features(answer)

    def test_occupants_and_people(self, world):
        juliet, room, romeo, _ = world.pair()
        for address in (f"{room}/{romeo.nick}", world.person(romeo.nick)):
            answer = juliet.query(address, DISCO_INFO)

            assert answer.type == "result"
            assert "client" in {category for category, _ in identities(answer)}

    def test_an_unknown_node(self, world):
        answer = world.xmpp().request(IRC_DOMAIN, f"<query xmlns='{DISCO_INFO}' node='nowhere'/>")

        assert answer.condition == "item-not-found"

    @pytest.mark.parametrize("local", ["nonetwork", "nick%no\\20host", "%{network}"])
    def test_an_address_that_is_none(self, world, local):
        answer = world.xmpp().query(f"{local.format(network=world.network)}@{IRC_DOMAIN}", DISCO_INFO)

        assert answer.condition in ("item-not-found", "jid-malformed")


class TestItems:
    def test_the_gateway_lists_the_networks_in_use_and_they_their_rooms(self, world):
        juliet, room, _, _ = world.pair()

        assert world.network_address in items(juliet.query(IRC_DOMAIN, DISCO_ITEMS))
        assert room in items(juliet.query(world.network_address, DISCO_ITEMS))

    def test_nobody_sees_what_others_have_open(self, world):
        _, room, _, _ = world.pair()

        assert room not in items(world.xmpp("paris").query(world.network_address, DISCO_ITEMS))


class TestVersion:
    def test_the_gateway_tells_its_name(self, world):
        answer = world.xmpp().query(IRC_DOMAIN, VERSION)

        assert answer.xml.findtext(f"{{{VERSION}}}query/{{{VERSION}}}name") == "isthmus"
        assert answer.xml.findtext(f"{{{VERSION}}}query/{{{VERSION}}}version")


class TestPing:
    def test_the_gateway_and_its_networks_answer(self, world):
        juliet = world.xmpp()
        for address in (IRC_DOMAIN, world.network_address):
            assert juliet.ping(address).type == "result"

    def test_an_occupant_who_asks_for_itself_is_told_that_it_is_there(self, world):
        juliet, room, _, _ = world.pair()

        assert juliet.ping(f"{room}/{juliet.name}").type == "result"

    def test_the_server_offers_the_shortcut_for_it(self, world):
        juliet, room, _, _ = world.pair()

        assert f"{MUC}#self-ping-optimization" in features(juliet.query(room, DISCO_INFO))

    def test_who_is_not_there_is_told_so(self, world):
        juliet, room, _, _ = world.pair()
        chamber = world.xmpp(account=juliet.name, resource="chamber")
        rosaline = world.xmpp("rosaline")

        assert chamber.ping(f"{room}/{juliet.name}").condition == "not-acceptable"
        assert rosaline.ping(f"{room}/{rosaline.name}").condition == "not-acceptable"

    def test_who_has_left_is_told_so(self, world):
        juliet, room, _, _ = world.pair()
        juliet.leave(room, juliet.name)

        assert juliet.ping(f"{room}/{juliet.name}").condition == "not-acceptable"
