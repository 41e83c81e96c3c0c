"""The gateway and its networks as contacts, the list of channels, and what one may ask of people."""

import pytest

from support.xmpp_client import DISCO_INFO, DISCO_ITEMS, PING, VERSION, new_id
from support.xmpp_servers import IRC_DOMAIN

TIME = "urn:xmpp:time"
LAST = "jabber:iq:last"
RSM = "http://jabber.org/protocol/rsm"
SEARCH = "urn:xmpp:channel-search:0:search"


def send_request(user, to, inside, type="get"):
    """Sends an iq without waiting for its answer; its id."""
    iq_id = new_id()
    user.send(f"<iq to='{to}' type='{type}' id='{iq_id}'>{inside}</iq>")
    return iq_id


class TestPeople:
    def test_who_somebody_is(self, world):
        juliet, room, romeo, channel = world.pair()

        for address in (world.person(romeo.nick), f"{room}/{romeo.nick}"):
            answer = juliet.request(address, "<vCard xmlns='vcard-temp'/>")

            assert answer.type == "result", answer
            assert answer.xml.findtext("{vcard-temp}vCard/{vcard-temp}NICKNAME") == romeo.nick
            assert "127.0.0.1" in answer.xml.findtext("{vcard-temp}vCard/{vcard-temp}DESC")

    def test_who_nobody_is(self, world):
        juliet, _, _, _ = world.pair()

        answer = juliet.request(world.person(world.name("nobody")), "<vCard xmlns='vcard-temp'/>")

        assert answer.condition == "item-not-found"

    @pytest.mark.parametrize("in_room", [True, False], ids=["occupant", "person"])
    def test_what_their_client_says(self, world, in_room):
        juliet, room, romeo, _ = world.pair()
        address = f"{room}/{romeo.nick}" if in_room else world.person(romeo.nick)

        version = send_request(juliet, address, f"<query xmlns='{VERSION}'/>")
        romeo.wait("ctcp", source=juliet.name, arguments=["VERSION"])
        romeo.notice(juliet.name, "\x01VERSION quill 1.0\x01")
        time = send_request(juliet, address, f"<time xmlns='{TIME}'/>")
        romeo.wait("ctcp", source=juliet.name, arguments=["TIME"])
        romeo.notice(juliet.name, "\x01TIME 2024-02-29T12:00:00+01:00\x01")
        ping = send_request(juliet, address, f"<ping xmlns='{PING}'/>")
        question = romeo.wait("ctcp", source=juliet.name, arguments=lambda arguments: arguments[0] == "PING")
        romeo.notice(juliet.name, f"\x01PING {question.arguments[1]}\x01")

        answer = juliet.wait("iq", id=version)
        assert answer.xml.findtext(f"{{{VERSION}}}query/{{{VERSION}}}name") == "quill 1.0"
        answer = juliet.wait("iq", id=time)
        assert answer.xml.findtext(f"{{{TIME}}}time/{{{TIME}}}utc").startswith("2024-02-29T11:00:00")
        assert answer.xml.findtext(f"{{{TIME}}}time/{{{TIME}}}tzo") == "+01:00"
        assert juliet.wait("iq", id=ping).type == "result"

    def test_an_error_of_their_client_belongs_to_its_question(self, world):
        juliet, room, romeo, _ = world.pair()

        version = send_request(juliet, f"{room}/{romeo.nick}", f"<query xmlns='{VERSION}'/>")
        romeo.wait("ctcp", source=juliet.name)
        romeo.notice(juliet.name, "\x01ERRMSG VERSION :not telling\x01")

        assert juliet.wait("iq", id=version).type == "error"

    def test_how_long_they_are_idle(self, world):
        juliet, _, romeo, _ = world.pair()

        answer = juliet.query(world.person(romeo.nick), LAST)

        assert answer.type == "result", answer
        assert int(answer.xml.find(f"{{{LAST}}}query").get("seconds")) < 60

    def test_a_time_that_names_no_zone_is_no_time(self, world):
        juliet, _, romeo, _ = world.pair()

        time = send_request(juliet, world.person(romeo.nick), f"<time xmlns='{TIME}'/>")
        romeo.wait("ctcp", source=juliet.name)
        romeo.notice(juliet.name, "\x01TIME tea time\x01")

        answer = juliet.wait("iq", id=time)
        assert (answer.condition, answer.error_text) == ("feature-not-implemented", "tea time")


def search(word):
    return (f"<search xmlns='{SEARCH}'><x xmlns='jabber:x:data' type='submit'>"
            f"<field var='FORM_TYPE'><value>{SEARCH}-params</value></field>"
            f"<field var='q'><value>{word}</value></field></x></search>")


class TestChannels:
    def test_are_listed_in_pages(self, world):
        juliet, room, romeo, channel = world.pair()
        other = world.channel()
        romeo.join(other)

        answer = juliet.query(world.network_address, DISCO_ITEMS)
        items = {item.get("jid"): item.get("name") for item in answer.xml.iter(f"{{{DISCO_ITEMS}}}item")}
        assert items[room].startswith(f"{channel} (2)")
        assert items[world.room(other)].startswith(f"{other} (1)")

        first = juliet.request(world.network_address,
                               f"<query xmlns='{DISCO_ITEMS}'><set xmlns='{RSM}'><max>1</max></set></query>")
        assert len(list(first.xml.iter(f"{{{DISCO_ITEMS}}}item"))) == 1
        assert int(first.xml.findtext(f".//{{{RSM}}}count")) == len(items)

    def test_are_searched(self, world):
        juliet, room, _, channel = world.pair()

        answer = juliet.request(world.network_address, search(channel))

        assert room in [item.get("address") for item in answer.xml.iter(f"{{{SEARCH}}}item")]

    def test_cannot_be_searched_without_a_connection(self, world):
        answer = world.xmpp().request(world.network_address, search("hall"))

        assert answer.condition == "recipient-unavailable"


class TestGateway:
    def test_is_a_gateway(self, world):
        answer = world.xmpp().query(IRC_DOMAIN, DISCO_INFO)

        identities = {(one.get("category"), one.get("type")) for one in answer.xml.iter(f"{{{DISCO_INFO}}}identity")}
        assert identities == {("gateway", "irc"), ("conference", "irc")}


class TestPresence:
    def test_the_gateway_is_a_contact(self, world):
        juliet = world.xmpp()
        # Servers tell of subscriptions only those who asked for the roster (RFC 6121 §2.1.6).
        assert juliet.query(juliet.bare_jid, "jabber:iq:roster").type == "result"

        juliet.send_presence(IRC_DOMAIN, "subscribe")

        juliet.wait("presence", sender=IRC_DOMAIN, type="subscribed")
        juliet.wait("presence", sender=IRC_DOMAIN, type="")

    def test_whoever_is_no_contact_any_more_is_not_told_of(self, world):
        juliet = world.xmpp()
        juliet.send_presence(world.network_address, "subscribe")
        juliet.wait("presence", sender=world.network_address, type="unavailable")
        juliet.send_presence(world.network_address, "unsubscribe")
        start = juliet.mark()

        juliet.join(world.room(world.channel()), juliet.name)

        assert juliet.query(IRC_DOMAIN, DISCO_INFO).type == "result"
        assert not juliet.all("presence", since=start, sender=world.network_address, type="")

    def test_the_link_is_a_contact(self, world):
        juliet = world.xmpp()

        def is_network(sender):
            return sender.partition("/")[0] == world.network_address

        juliet.send_presence(world.network_address, "subscribe")
        juliet.wait("presence", sender=is_network, type="unavailable")
        room = world.room(world.channel())
        juliet.join(room, juliet.name)
        juliet.wait("presence", sender=is_network, type="")
        start = juliet.mark()
        juliet.leave(room, juliet.name)

        juliet.wait("presence", since=start, sender=is_network, type="unavailable")
