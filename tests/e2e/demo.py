#!/usr/bin/python3
"""A tour: Prosody, an IRC server, an MQTT broker and isthmus on loopback, and an XMPP user who talks with an IRC user
and with a sensor; then all of them and a dashboard in one channel.

    demo.py [--once]

Each hop is printed with its time and compared byte for byte with what was said. Exit code 0 when every hop worked.
Without --once everything then stays up, and one may connect with clients of one's own."""

import argparse
import sys
import time

from demo_links import IRC_CHANNEL, Lamp, Sensor, configuration as links_configuration, dashboard_address, tour_links
from demo_mqtt import configuration, tour_mqtt
from demo_websocket import configuration as websocket_configuration, tour_websocket
from support.irc_client import IrcUser
from support.irc_servers import Ngircd
from support.mqtt_servers import Mosquitto
from support.process import REPOSITORY, make_folder
from support.servers import Servers, gateway_binary
from support.xmpp_client import XmppUser
from support.xmpp_servers import IRC_DOMAIN, MQTT_DOMAIN, PASSWORD, USERS_DOMAIN, WS_DOMAIN

CHANNEL = "#verona"
ROOM = f"{CHANNEL}%{Ngircd.network}@{IRC_DOMAIN}"
GUEST = "guest"
ROSE = "\U0001f339"


class Tour:
    """Prints hops, and counts those that failed."""

    def __init__(self):
        self.failed = 0
        self.is_colourful = sys.stdout.isatty()

    def paint(self, code, text):
        return f"\x1b[{code}m{text}\x1b[0m" if self.is_colourful else text

    def title(self, text):
        print(f"\n{self.paint('1', text)}", flush=True)

    def report(self, what, milliseconds, failure=None):
        mark = self.paint("32", "✓") if failure is None else self.paint("31", "✗")
        print(f"  {mark} {what:<72} {milliseconds:8.1f} ms", flush=True)
        if failure is not None:
            self.failed += 1
            print("      " + str(failure).replace("\n", "\n      "), flush=True)

    def step(self, what, action):
        """Does something of which only the success matters; its result, or None."""
        begin = time.monotonic()
        try:
            result = action()
        except AssertionError as failure:
            self.report(what, (time.monotonic() - begin) * 1000, failure)
            return None
        self.report(what, (time.monotonic() - begin) * 1000)
        return result

    def hop(self, what, say, hear, expected):
        """say() on one side; hear() on the other returns (texts, when the last came), together the `expected` one."""
        begin = time.monotonic()
        try:
            say()
            texts, at = hear()
        except AssertionError as failure:
            return self.report(what, (time.monotonic() - begin) * 1000, failure)
        heard = "".join(texts).encode("utf-8", "surrogateescape")
        difference = None if heard == expected.encode() else f"said  {expected.encode()!r}\nheard {heard!r}"
        pieces = f" (in {len(texts)} lines)" if len(texts) > 1 else ""
        return self.report(what + pieces, (at - begin) * 1000, difference)


def shown(text, longest=38):
    return f"“{text}”" if len(text) <= longest else f"“{text[:longest - 12]}…” ({len(text.encode())} bytes)"


def from_irc(juliet, sender, **wanted):
    """A function that hears one message on the XMPP side."""
    start = juliet.mark()

    def hear():
        message = juliet.wait("message", since=start, sender=sender, body=lambda body: body != "", **wanted)
        return [message.body], message.at

    return hear


def from_xmpp(romeo, type, size, nick):
    """A function that hears messages on the IRC side until their texts are `size` characters long."""
    start = romeo.mark()

    def hear():
        def pieces():
            return romeo.all(type, since=start, source=nick)

        romeo.wait(type, since=start, source=nick, text=lambda _: sum(len(piece.text) for piece in pieces()) >= size)
        return [piece.text for piece in pieces()], pieces()[-1].at

    return hear


def tour_room(tour, juliet, romeo):
    """False when juliet does not get in."""
    tour.title(f"In the channel {CHANNEL}, which is the room {ROOM}")

    def enter():
        entry = juliet.join(ROOM, "juliet")
        seen = [(stanza.kind, stanza.nick) for stanza in entry.stanzas]
        assert seen[:2] == [("presence", "romeo"), ("presence", "juliet")] and seen[-1][0] == "message", seen
        return entry

    if tour.step("juliet enters: she is told of romeo, of herself, of the subject", enter) is None:
        return False
    tour.step("romeo sees her come in", lambda: romeo.wait("join", source="juliet"))
    long_text = "".join(f"{number}{ROSE * 3}" for number in range(1, 91))  # no spaces: ngIRCd drops trailing ones
    for text in ("But soft, what light through yonder window breaks?", f"A rose {ROSE} by any other name & <so> \"on\"",
                 long_text):
        tour.hop(f"juliet → romeo  {shown(text)}", lambda: juliet.send_message(ROOM, text),
                 from_xmpp(romeo, "pubmsg", len(text), "juliet"), text)
    for text in ("waves", "sighs " + "ü" * 600):
        tour.hop(f"juliet → romeo  {shown('/me ' + text)}", lambda: juliet.send_message(ROOM, "/me " + text),
                 from_xmpp(romeo, "action", len(text), "juliet"), text)
    for text in ("I take thee at thy word.", f"With love's light wings {ROSE} did I o'er-perch these walls"):
        tour.hop(f"romeo → juliet  {shown(text)}", lambda: romeo.say(CHANNEL, text),
                 from_irc(juliet, f"{ROOM}/romeo"), text)
    tour.hop("romeo → juliet  “/me climbs”", lambda: romeo.act(CHANNEL, "climbs"), from_irc(juliet, f"{ROOM}/romeo"),
             "/me climbs")

    def reflection():
        message_id = juliet.send_message(ROOM, "Do I hear myself?")
        return juliet.wait("message", id=message_id, sender=f"{ROOM}/juliet", body="Do I hear myself?")

    tour.step("juliet's own message comes back with its id", reflection)
    return True


def tour_private(tour, juliet, romeo):
    romeo_jid = f"romeo%{Ngircd.network}@{IRC_DOMAIN}"
    tour.title(f"In private, to {romeo_jid} and through the room")
    text = f"Wherefore art thou? {ROSE}"
    tour.hop(f"juliet → romeo  {shown(text)}", lambda: juliet.send_message(romeo_jid, text, type="chat"),
             from_xmpp(romeo, "privmsg", len(text), "juliet"), text)
    tour.hop("romeo → juliet  “Here.”", lambda: romeo.say("juliet", "Here."),
             from_irc(juliet, lambda sender: sender.startswith(romeo_jid)), "Here.")
    tour.hop("juliet → romeo  “Psst!”  (to the occupant of the room)",
             lambda: juliet.send_message(f"{ROOM}/romeo", "Psst!", type="chat"),
             from_xmpp(romeo, "privmsg", len("Psst!"), "juliet"), "Psst!")
    tour.hop("romeo → juliet  “Yes?”  (from the occupant of the room)", lambda: romeo.say("juliet", "Yes?"),
             from_irc(juliet, f"{ROOM}/romeo", type="chat"), "Yes?")


def tour_parting(tour, juliet, romeo):
    tour.title("Parting")
    tour.step("juliet leaves the room", lambda: juliet.leave(ROOM, "juliet", "Parting is such sweet sorrow"))

    def gone():
        romeo.sync()
        assert romeo.all("part", source="juliet") or romeo.all("quit", source="juliet"), "she is still there"

    tour.step("romeo sees her go", gone)


def stay(servers, broker):
    """Tells how to connect, and returns at Ctrl-C."""
    print(f"""
Everything stays up until Ctrl-C. Connect with your own clients:

  XMPP   account  {GUEST}@{USERS_DOMAIN}
         password {PASSWORD}
         server   127.0.0.1, port {servers.xmpp_server.port}, without TLS
         room     {ROOM}
  IRC    server   127.0.0.1, port {servers.ircds[Ngircd.network].port}, without TLS
         channel  {CHANNEL}
  MQTT   broker   127.0.0.1, port {broker.port}, without TLS
         its topics are contacts like home\\2ftemp%plant@{MQTT_DOMAIN}

  Dashboard       {dashboard_address(servers)}
         a sensor publishes there, and a lamp can be switched; what is said in the IRC channel {IRC_CHANNEL} appears
         the channel is the contact plant@{WS_DOMAIN}: write  temp 21.5  to it

  The gateway's health: http://127.0.0.1:{servers.gateway.http_port}/readyz
  Logs and configuration: {servers.folder}
""", flush=True)
    try:
        while servers.gateway.is_alive():
            time.sleep(0.2)
        print(f"isthmus has ended:\n{servers.gateway.log_tail()}", file=sys.stderr)
        return False
    except KeyboardInterrupt:
        print()
        return True


def main():
    parser = argparse.ArgumentParser(description="Shows an XMPP user, an IRC user and a sensor talking through isthmus.")
    parser.add_argument("--once", action="store_true", help="end after the tour")
    once = parser.parse_args().once
    if not gateway_binary().exists():
        sys.exit(f"there is no {gateway_binary()}: build isthmus, or name it in ISTHMUS_BINARY")

    tour = Tour()
    broker = Mosquitto(make_folder(REPOSITORY / "build" / "demo-mqtt"))
    servers = Servers(REPOSITORY / "build" / "demo", more="\n".join([configuration(broker), websocket_configuration(), links_configuration()]))
    for name in ("juliet", GUEST):
        servers.xmpp_server.add_account(name)
    people = []
    try:
        tour.title("Servers, all on loopback")
        if tour.step("mosquitto is up", broker.start) is None:
            return 1
        if tour.step("Prosody, ngIRCd and isthmus are up, the components are connected", servers.start) is None:
            return 1
        romeo = IrcUser(servers.ircds[Ngircd.network].port, "romeo")
        people.append(romeo.close)
        tour.step("romeo is on IRC (python3-irc)", lambda: romeo.connect().join(CHANNEL))
        juliet = XmppUser(servers.xmpp_server.port, f"juliet@{USERS_DOMAIN}/balcony", PASSWORD)
        people.append(juliet.disconnect)
        tour.step("juliet is on XMPP (slixmpp)", juliet.connect)
        if tour_room(tour, juliet, romeo):
            tour_private(tour, juliet, romeo)
            tour_parting(tour, juliet, romeo)
        tour_mqtt(tour, juliet, broker)
        tour_websocket(tour, juliet, servers)
        sensor, lamp = Sensor(broker.port), Lamp(broker.port)
        people += [sensor.close, lamp.close]
        tour_links(tour, juliet, romeo, servers, sensor, lamp)
        sensor.start()
        servers.gateway.check()
        print(f"\n{tour.failed} failed; logs: {servers.folder}" if tour.failed else "\nEvery hop worked.", flush=True)
        if not once and not stay(servers, broker):
            return 1
        return 1 if tour.failed else 0
    finally:
        for leave in reversed(people):
            leave()
        servers.stop()
        broker.stop()


if __name__ == "__main__":
    sys.exit(main())
