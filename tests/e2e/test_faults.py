"""Servers that die, clients that vanish, names that nobody resolves, certificates that nobody should trust."""

import signal
import time

import pytest

from support.certificates import Authority
from support.irc_client import IrcUser
from support.process import wait_until
from support.scripted_dns import ScriptedDns
from support.scripted_irc import ScriptedIrcServer
from support.scripted_xmpp import ScriptedUser, ScriptedXmppServer
from support.servers import Gateway, listed_network
from support.xmpp_servers import IRC_DOMAIN, Prosody

PATIENCE = 20.0  # seconds for what begins with a reconnection


def scripted_pair(world):
    """A second gateway, whose XMPP server and user are scripted, with its user and romeo in one channel."""
    xmpp = ScriptedXmppServer()
    folder = world.servers.folder / "second"
    folder.mkdir()
    gateway = Gateway(folder, xmpp.port, {world.network: listed_network(world.ircd.port)},
                      irc={"linger": "1s"}).start()
    channel = world.channel()
    romeo = world.irc(channel=channel)
    user = ScriptedUser(xmpp, "tybalt@example.org/square")
    user.join(world.room(channel), "tybalt")
    return xmpp, gateway, user, romeo, channel


class TestIrcServerDies:
    def test_rooms_are_left_and_entered_again_with_their_keys_and_the_talk_goes_on(self, own_world, ircd):
        world = own_world(ircds=[ircd], channels={"#vault": "+k sesame"})
        juliet = world.xmpp()
        room = world.room("#vault")
        world.irc(nick="romeo", channel="#vault", key="sesame")
        juliet.join(room, "juliet", password="sesame")
        juliet.send_message(room, "before")
        juliet.wait("message", body="before")

        start = juliet.mark()
        world.ircd.kill()
        gone = juliet.wait("presence", since=start, sender=f"{room}/juliet", type="unavailable")
        assert {110, 333} <= gone.statuses
        assert juliet.ping(f"{room}/juliet").condition == "not-acceptable"
        # Said into the void: an answer must come, whichever.
        lost = juliet.send_message(room, "is anybody there?")

        world.ircd.start()
        again = juliet.wait("presence", since=start, timeout=PATIENCE, sender=f"{room}/juliet", type="", statuses={110})
        subject = juliet.wait("message", since=start, subject=lambda _: True)
        assert juliet.received.index(again) < juliet.received.index(subject)
        assert juliet.ping(f"{room}/juliet").type == "result"
        romeo = IrcUser(world.ircd.port, "romeo").connect().join("#vault", "sesame")
        juliet.wait("presence", since=start, sender=f"{room}/romeo", type="")
        juliet.send_message(room, "after")
        romeo.wait("pubmsg", source="juliet", text="after")
        romeo.say("#vault", "hurrah")
        juliet.wait("message", body="hurrah", sender=f"{room}/romeo")
        juliet.wait("message", since=start, id=lost)
        romeo.close()

    def test_an_error_of_the_network_is_told_to_those_who_wait(self, own_world, ircd):
        world = own_world(ircds=[ircd])
        world.ircd.kill()
        juliet = world.xmpp()

        error = juliet.refused_join(world.room("#hall"), "juliet", timeout=PATIENCE)

        assert error.condition in ("remote-server-timeout", "service-unavailable", "remote-server-not-found")
        assert error.error_text
        world.ircd.start()
        assert juliet.join(world.room("#hall"), "juliet", timeout=PATIENCE).nick == "juliet"

    def test_being_thrown_out_by_an_operator_is_told_with_the_reason(self, own_world, ircd):
        world = own_world(ircds=[ircd])
        juliet, room, romeo, _ = world.pair()
        romeo.send("OPER operator :an operator's password")
        romeo.wait("youreoper")

        romeo.send(f"KILL {juliet.name} :out of my house")

        gone = juliet.wait("presence", sender=f"{room}/{juliet.name}", type="unavailable")
        assert 110 in gone.statuses
        assert "out of my house" in (gone.text("status") or "")


class TestXmppServerDies:
    def test_irc_connections_stay_and_who_comes_back_hears_what_was_said_meanwhile(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        romeo.set_topic(channel, "the garden")

        world.xmpp_server.kill()
        # What is written in the moment of its death is lost (docs/architecture.md, "What can still be lost").
        wait_until(lambda: not world.gateway.is_ready(), "the gateway has noticed")
        romeo.say(channel, "said meanwhile \U0001f319")
        romeo.act(channel, "waits")
        romeo.sync()
        assert world.gateway.is_alive()
        assert not romeo.all("quit") and not romeo.all("part")
        world.xmpp_server.start()
        wait_until(world.gateway.is_ready, "the gateway is back", PATIENCE)
        back = world.xmpp(account=juliet.name, resource="balcony")
        assert back.ping(f"{room}/{juliet.name}").condition == "not-acceptable"

        entry = back.join(room, juliet.name)

        assert set(entry.nicks) == {romeo.nick, juliet.name}
        assert entry.nicks[-1] == juliet.name
        assert [(message.body, message.nick, message.is_delayed) for message in entry.history] == [
            ("said meanwhile \U0001f319", romeo.nick, True), ("/me waits", romeo.nick, True)]
        assert entry.subject.subject == "the garden"
        back.send_message(room, "here again")
        romeo.wait("pubmsg", source=juliet.name, text="here again")
        assert not romeo.all("quit") and len(romeo.all("join", source=juliet.name)) == 1

    def test_whoever_does_not_come_back_is_logged_out_of_irc(self, own_world):
        world = own_world(irc={"linger": "1s"})
        juliet, _, romeo, _ = world.pair()

        world.xmpp_server.kill()
        world.xmpp_server.start()

        # The gateway asks for the client, gets an error from its server, and waits for the time of irc.linger.
        wait_until(world.gateway.is_ready, "the gateway is back", PATIENCE)
        romeo.wait_offline(juliet.name, PATIENCE)

    def test_whoever_is_still_there_stays_in_the_room(self, own_world):
        """Only the component stream was lost: a scripted server, whose user answers the gateway's question."""
        world = own_world()
        xmpp, gateway, user, romeo, channel = scripted_pair(world)

        xmpp.send("<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                  "</stream:stream>")
        xmpp.wait_for_stream(2)
        question = xmpp.wait("iq", type="get", to=user.jid)
        user.send("iq", IRC_DOMAIN, "", f"type='result' id='{question.id}'")

        user.say(world.room(channel), "I am here", "here")
        romeo.wait("pubmsg", text="I am here")
        assert not romeo.all("quit") and not romeo.all("part")
        gateway.finish()
        xmpp.close()

    def test_the_gateway_may_be_there_first(self, folder):
        prosody = Prosody(folder)
        gateway = Gateway(folder, prosody.component_port, {})
        gateway.spawn()
        wait_until(lambda: gateway.http_status("/healthz") == 200, "/healthz is good", 5)
        assert gateway.http_status("/readyz") == 503

        prosody.start()

        wait_until(lambda: gateway.http_status("/readyz") == 200, "/readyz is good", PATIENCE)
        gateway.finish()
        prosody.stop()

    def test_a_second_gateway_waits_for_its_turn(self, own_world):
        """`conflict` at the first start is retried: the server may not have noticed yet that the old one has gone."""
        world = own_world()
        folder = world.servers.folder / "second"
        folder.mkdir()
        second = Gateway(folder, world.xmpp_server.component_port, {})
        second.spawn()
        wait_until(lambda: "conflict" in second.log_tail(), "the refusal of the second gateway")
        assert second.is_alive()

        world.gateway.finish()

        wait_until(second.is_ready, "the second gateway is ready", PATIENCE)
        second.finish()


class TestClientsAndGatewayVanish:
    def test_a_client_that_is_cut_off_leaves(self, own_world):
        world = own_world()
        juliet, _, romeo, _ = world.pair()

        juliet.drop()

        romeo.wait_offline(juliet.name)

    def test_a_client_whose_server_bounces_what_is_sent_to_it_leaves(self, own_world):
        """The error that a message comes back with is all that the gateway learns of it."""
        world = own_world(irc={"linger": "1s"})
        xmpp, gateway, user, romeo, channel = scripted_pair(world)

        romeo.say(channel, "do you hear?")
        message = xmpp.wait("message", to=user.jid, body="do you hear?")
        user.send("message", message.sender, "<error type='cancel'><recipient-unavailable "
                  "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", f"type='error' id='{message.id}'")

        romeo.wait_offline("tybalt", PATIENCE)
        gateway.finish()
        xmpp.close()

    def test_a_killed_gateway_that_comes_back_tells_clients_that_they_are_out(self, own_world):
        world = own_world()
        juliet, room, romeo, _ = world.pair()

        world.gateway.kill()
        world.gateway.start()

        assert juliet.ping(f"{room}/{juliet.name}").condition == "not-acceptable"
        romeo.wait("quit", source=juliet.name)
        assert juliet.join(room, juliet.name, timeout=PATIENCE).nick == juliet.name

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
    def test_a_gateway_that_is_asked_to_end_says_goodbye_on_both_sides(self, own_world, number):
        world = own_world()
        juliet, room, romeo, _ = world.pair()

        assert world.gateway.stop(number) == 0

        gone = juliet.wait("presence", sender=f"{room}/{juliet.name}", type="unavailable")
        assert {110, 332} <= gone.statuses
        romeo.wait("quit", source=juliet.name)


class TestPacing:
    def test_lines_beyond_the_burst_wait_and_none_is_lost(self, own_world):
        irc = ScriptedIrcServer()
        world = own_world(networks={"slow.example": listed_network(irc.port, flood_burst=5, flood_rate=5)})
        juliet = world.xmpp()
        room = world.room("#hall", "slow.example")
        juliet.join(room, "juliet")

        ids = [juliet.send_message(room, f"line {number}") for number in range(12)]
        for message_id in ids:
            juliet.wait("message", id=message_id)

        # A reflection says that the line was written, not that the server has read it.
        wait_until(lambda: sum(line.startswith(b"PRIVMSG") for _, line in list(irc.lines)) == 12, "all lines are there")
        lines = [(at, line) for at, line in irc.lines if line.startswith(b"PRIVMSG")]
        assert [line for _, line in lines] == [b"PRIVMSG #hall :line %d" % number for number in range(12)]
        assert lines[-1][0] - lines[0][0] > 0.9  # 12 lines, of which 5 at once and 5 in a second
        irc.close()


    def test_connections_to_one_network_are_opened_one_after_the_other(self, own_world):
        irc = ScriptedIrcServer()
        world = own_world(networks={"slow.example": listed_network(irc.port, connect_rate=2)})
        users = [world.xmpp() for _ in range(3)]

        for user in users:
            user.send_join(world.room("#hall", "slow.example"), user.name)
        for user in users:
            user.wait("presence", statuses={110})

        assert irc.connected_at[-1] - irc.connected_at[0] > 0.6  # two pauses of half a second, give or take a quarter
        irc.close()


@pytest.fixture
def stage(own_world):
    """A World whose gateway asks a scripted name server, in which only this test's names exist."""
    things = []

    def start(addresses, networks=None, silent=()):
        dns = ScriptedDns(addresses, silent)
        world = own_world(networks=networks, more=f'[dns]\nservers = ["127.0.0.1:{dns.port}"]\n')
        things.append(dns)
        return world, dns

    yield start
    for thing in things:
        thing.close()


class TestNames:
    def test_a_name_server_that_never_answers_delays_nobody_else(self, stage):
        irc = ScriptedIrcServer()
        world, dns = stage({"quick.example": "127.0.0.1"}, silent={"silent.example"}, networks={
            "quick.example": listed_network(irc.port, host="quick.example"),
            "silent.example": listed_network(irc.port, host="silent.example")})
        juliet, room, romeo, channel = world.pair()
        nurse = world.xmpp("nurse")
        silent_room = world.room("#hall", "silent.example")
        nurse.send_join(silent_room, "nurse")
        wait_until(lambda: "silent.example" in dns.asked, "the question for silent.example")

        asked_at = time.monotonic()
        romeo.say(channel, "no delay")
        juliet.wait("message", body="no delay")
        juliet.join(world.room("#hall", "quick.example"), "juliet")
        assert time.monotonic() - asked_at < 2

        error = nurse.wait("presence", timeout=PATIENCE, type="error", sender=f"{silent_room}/nurse")
        assert error.condition in ("remote-server-not-found", "remote-server-timeout")
        irc.close()

    def test_a_name_that_does_not_exist(self, stage):
        world, _ = stage({})
        juliet = world.xmpp()

        error = juliet.refused_join(world.room("#hall", "nowhere.example"), "juliet")

        assert error.condition == "remote-server-not-found"
        assert error.error_text

    @pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0"])
    def test_a_public_name_for_a_private_address_is_no_way_in(self, stage, address):
        world, dns = stage({"trojan.example": address})
        juliet = world.xmpp()

        error = juliet.refused_join(world.room("#hall", "trojan.example"), "juliet")

        assert error.condition in ("forbidden", "not-allowed")
        assert "trojan.example" in dns.asked


class TestTls:
    HOST = "tls.example"

    @pytest.fixture
    def authority(self, folder):
        return Authority(folder, "authority")

    def _world(self, stage, irc, authority):
        network = {"host": self.HOST, "port": irc.port, "tls": "required", "ca_file": authority.certificate,
                   "flood_rate": 0, "connect_rate": 0}
        world, _ = stage({self.HOST: "127.0.0.1"}, networks={self.HOST: network})
        return world

    def test_a_trusted_certificate_for_that_name_is_taken(self, stage, authority):
        irc = ScriptedIrcServer(authority.certificate_for(self.HOST))
        world = self._world(stage, irc, authority)
        juliet = world.xmpp()
        room = world.room("#hall", self.HOST)

        juliet.join(room, "juliet")
        juliet.send_message(room, "in secret \U0001f510")

        irc.wait(lambda line: line == "PRIVMSG #hall :in secret \U0001f510".encode(), "the message")
        irc.close()

    @pytest.mark.parametrize("wrong", ["host name", "authority", "expectation of TLS"])
    def test_anything_else_is_refused_and_never_plain(self, stage, authority, folder, wrong):
        certificate = {"host name": lambda: authority.certificate_for("other.example"),
                       "authority": lambda: Authority(folder, "stranger").certificate_for(self.HOST),
                       "expectation of TLS": lambda: None}[wrong]()
        irc = ScriptedIrcServer(certificate)
        world = self._world(stage, irc, authority)
        juliet = world.xmpp()

        # A plain server cannot make sense of TLS; it closes when the gateway has given up or the handshake timed out.
        error = juliet.refused_join(world.room("#hall", self.HOST), "juliet", timeout=PATIENCE)

        assert error.condition in ("remote-server-timeout", "remote-server-not-found", "not-authorized",
                                   "service-unavailable", "policy-violation")
        assert error.error_text
        assert irc.first_bytes and all(begin[:1] == b"\x16" for begin in irc.first_bytes), "something plain was sent"
        assert not [line for _, line in irc.lines if line.startswith((b"NICK", b"USER", b"CAP"))]
        irc.close()
