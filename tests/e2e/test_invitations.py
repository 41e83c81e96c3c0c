"""Invitations (XEP-0045 §7.8, XEP-0249)."""

from xml.sax.saxutils import quoteattr

from support.xmpp_client import MUC, MUC_USER

DIRECT = "jabber:x:conference"


def operator(world):
    """world.pair(), and juliet is an operator too: who is not may be refused to invite."""
    juliet, room, romeo, channel = world.pair()
    romeo.mode(channel, f"+o {juliet.name}")
    juliet.wait("presence", sender=f"{room}/{juliet.name}", affiliation="admin")
    return juliet, room, romeo, channel


def invite(client, room, to):
    client.send(f"<message to={quoteattr(room)} id='i1'><x xmlns='{MUC}#user'><invite to={quoteattr(to)}/></x>"
                "</message>")


class TestToIrc:
    def test_by_nick_or_address(self, world):
        juliet, room, _, channel = operator(world)
        nurse = world.irc("nurse")

        for to in (nurse.nick, world.person(nurse.nick)):
            mark = nurse.mark()
            invite(juliet, room, to)
            assert nurse.wait("invite", since=mark, source=juliet.name).text == channel

    def test_straight_to_a_person(self, world):
        juliet, room, _, channel = operator(world)
        nurse = world.irc("nurse")

        juliet.send(f"<message to={quoteattr(world.person(nurse.nick))}>"
                    f"<x xmlns='{DIRECT}' jid={quoteattr(room)}/></message>")

        assert nurse.wait("invite", source=juliet.name).text == channel

    def test_of_somebody_who_is_there_already(self, world):
        juliet, room, romeo, _ = operator(world)

        invite(juliet, room, romeo.nick)

        assert juliet.wait("message", type="error", id="i1", sender=room).condition == "conflict"

    def test_of_nobody(self, world):
        juliet, room, _, _ = operator(world)

        invite(juliet, room, world.person(world.name("nobody")))

        assert juliet.wait("message", type="error", id="i1", sender=room).condition == "item-not-found"


class TestElsewhere:
    def test_another_user_of_xmpp_gets_it_from_the_room(self, world):
        juliet, room, _, _ = world.pair()
        paris = world.xmpp("paris")

        invite(juliet, room, paris.bare_jid)

        message = paris.wait("message", sender=room, has_muc_user=True)
        assert message.xml.find(f"{MUC_USER}x/{MUC_USER}invite").get("from") == juliet.bare_jid


class TestFromIrc:
    def test_one_from_irc_can_be_followed(self, world):
        juliet, room, _, _ = world.pair()
        secret = world.channel()
        paris = world.irc("paris", secret)
        paris.mode(secret, "+i")

        paris.send(f"INVITE {juliet.name} {secret}")

        message = juliet.wait("message", sender=lambda sender: sender.partition("/")[0] == world.room(secret))
        invite = message.xml.find(f"{MUC_USER}x/{MUC_USER}invite")
        assert invite is not None and paris.nick in invite.get("from")
        assert juliet.join(world.room(secret), juliet.name).nick == juliet.name
