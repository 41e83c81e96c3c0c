"""A network as a contact, and what one may ask of people."""

import pytest

from support.xmpp_client import PING, VERSION, new_id

TIME = "urn:xmpp:time"
LAST = "jabber:iq:last"


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


class TestPresence:
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
