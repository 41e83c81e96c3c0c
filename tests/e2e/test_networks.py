"""Networks of other kinds than ngIRCd's: one with the extensions of IRCv3, and one that is a component's only one."""

import pytest

from support.process import RUN_FOLDER, make_folder
from support.scripted_irc import ScriptedIrcServer
from support.scripted_xmpp import ScriptedUser, ScriptedXmppServer
from support.servers import Gateway, listed_network, toml_table
from support.world import room_address
from support.xmpp_servers import SECOND_DOMAIN


class ModernIrcServer(ScriptedIrcServer):
    capabilities = b"message-tags server-time multi-prefix userhost-in-names batch cap-notify example.org/unknown"


class TestExtensions:
    @pytest.fixture(scope="class")
    def stage(self):
        """(user, room, server): a scripted XMPP user in #hall, which is on a scripted server with extensions."""
        xmpp = ScriptedXmppServer()
        irc = ModernIrcServer()
        gateway = Gateway(make_folder(RUN_FOLDER / "modern_irc_server"), xmpp.port,
                          {irc.network: listed_network(irc.port)}).start()
        user = ScriptedUser(xmpp, "juliet@example.org/balcony")
        room = room_address("#hall", irc.network)
        user.join(room, "juliet")
        yield user, room, irc
        xmpp.check()
        gateway.finish()
        irc.close()
        xmpp.close()

    def test_the_capabilities_that_are_understood_are_asked_for(self, stage):
        _, _, irc = stage

        asked = b" ".join(line for _, line in irc.lines if line.startswith(b"CAP REQ")).split()

        for capability in (b"message-tags", b"server-time", b"multi-prefix", b"userhost-in-names", b"batch"):
            assert capability in {word.lstrip(b":") for word in asked}
        assert b"example.org/unknown" not in asked
        assert [line for _, line in irc.lines][0].startswith(b"CAP LS 302")

    def test_tags_are_no_part_of_the_text(self, stage):
        user, room, irc = stage

        irc.send(b"@msgid=a\\:b;+example.org/x=y;flag;account=r :romeo!r@verona PRIVMSG #hall :with tags")

        assert user.server.wait("message", body="with tags").sender == f"{room}/romeo"

    def test_what_the_server_dates_long_ago_is_delayed(self, stage):
        user, _, irc = stage

        irc.send(b"@time=2020-02-29T12:34:56.789Z :romeo!r@verona PRIVMSG #hall :long ago")

        message = user.server.wait("message", body="long ago")
        assert message.xml.find("{urn:xmpp:delay}delay").get("stamp").startswith("2020-02-29T12:34:56")

    def test_everybody_lost_in_a_netsplit_is_told(self, stage):
        user, room, irc = stage
        nicks = [f"guest{number}" for number in range(50)]
        for nick in nicks:
            irc.send(f":{nick}!g@mantua JOIN #hall".encode())
        user.server.wait("presence", sender=f"{room}/{nicks[-1]}", type="")

        irc.send(b":irc.test BATCH +split netsplit irc.test mantua.test")
        for nick in nicks:
            irc.send(f"@batch=split :{nick}!g@mantua QUIT :irc.test mantua.test".encode())
        irc.send(b":irc.test BATCH -split")
        irc.send(b":romeo!r@verona PRIVMSG #hall :where are they?")

        user.server.wait("message", body="where are they?")
        for nick in nicks:
            assert user.server.all("presence", sender=f"{room}/{nick}", type="unavailable")

    def test_a_nick_that_the_server_gives_is_told(self, stage):
        user, room, irc = stage
        start = user.server.mark()

        irc.send(b":juliet!j@verona NICK 042AAEL37")

        gone = user.server.wait("presence", since=start, sender=f"{room}/juliet", type="unavailable")
        assert {110, 303} <= gone.statuses
        user.server.wait("presence", since=start, sender=f"{room}/042AAEL37", type="", statuses={110})
        irc.send(b":042AAEL37!j@verona NICK juliet")
        user.server.wait("presence", since=start, sender=f"{room}/juliet", type="", statuses={110})


class TestFixedNetwork:
    """A component that is one network: `%` is an ordinary character there."""

    def test_channels_and_people_lack_the_network_in_their_addresses(self, own_world, ircd):
        component = {"domain": SECOND_DOMAIN, "adapter": "irc", "fixed_network": ircd.network}
        world = own_world(ircds=[ircd], more=toml_table("[[component]]", component))
        channel = world.channel() + "%odd"
        romeo = world.irc(channel=channel)
        juliet = world.xmpp()
        room = f"{channel}@{SECOND_DOMAIN}"

        entry = juliet.join(room, juliet.name)
        juliet.send_message(room, "to the room")
        juliet.send_message(f"{romeo.nick}@{SECOND_DOMAIN}", "to him", type="chat")
        romeo.wait("pubmsg", source=juliet.name, target=channel, text="to the room")
        romeo.wait("privmsg", source=juliet.name, text="to him")
        romeo.say(channel, "from the room")
        romeo.say(juliet.name, "from him")

        assert entry.nicks == [romeo.nick, juliet.name]
        juliet.wait("message", sender=f"{room}/{romeo.nick}", body="from the room")
        answer = juliet.wait("message", type="chat", body="from him")
        assert answer.sender.partition("/")[0] == f"{romeo.nick}@{SECOND_DOMAIN}"

    def test_both_components_are_served_side_by_side(self, own_world, ircd):
        component = {"domain": SECOND_DOMAIN, "adapter": "irc", "fixed_network": ircd.network}
        world = own_world(ircds=[ircd], more=toml_table("[[component]]", component))
        juliet, room, romeo, _ = world.pair()

        assert juliet.ping(SECOND_DOMAIN).type == "result"
        juliet.send_message(room, "still served")
        romeo.wait("pubmsg", text="still served")
