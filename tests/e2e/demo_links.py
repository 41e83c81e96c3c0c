"""The part of the tour that joins the networks: a sensor, an IRC channel, a user and a dashboard share one channel, and
a lamp is switched from the dashboard."""

import itertools
import secrets
import threading

from demo_websocket import CHANNEL, ROOM
from support.irc_servers import Ngircd
from support.mqtt_client import MqttPeer
from support.servers import toml_table
from support.websocket_client import WebSocketClient

IRC_CHANNEL = "#plant"
OWN_NICK = "plantbot"
LAMP = "home/kitchen/lamp"
SENSOR = "home/kitchen/temp"
TOKEN = secrets.token_urlsafe(32)


def configuration():
    """What the gateway's configuration says of it."""
    scopes = ["read:ws:#", "send:ws:#", "read:mqtt:plant/home/#", f"send:mqtt:plant/{LAMP}/set", "state"]
    members = [f"irc:{Ngircd.network}/{IRC_CHANNEL}", "mqtt:plant/home/#", f"ws:{CHANNEL}"]
    return "\n".join([toml_table(f'[irc.networks."{Ngircd.network}".own]', {"nick": OWN_NICK}),
                      toml_table("[[websocket.token]]", {"name": "dash", "token": TOKEN, "scopes": scopes}),
                      toml_table("[[link]]", {"name": CHANNEL, "members": members})])


def dashboard_address(servers):
    """With the token behind the #, which no server sees and the page takes away."""
    return f"http://127.0.0.1:{servers.gateway.http_port}/#token={TOKEN}"


class Lamp(MqttPeer):
    """Does what it is told at …/set, and tells its state."""

    def __init__(self, port):
        super().__init__(port)
        self._client.message_callback_add(f"{LAMP}/set", self._on_order)
        self.subscribe(f"{LAMP}/set")
        self.publish(LAMP, "OFF", retain=True)

    def _on_order(self, client, data, message):
        self._on_message(client, data, message)
        if message.payload in (b"ON", b"OFF"):
            self.publish_later(LAMP, message.payload, retain=True)


class Sensor(MqttPeer):
    """Publishes a temperature every few seconds, for whoever watches."""

    def __init__(self, port):
        super().__init__(port)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sensor", daemon=True)

    def start(self):
        self._thread.start()

    def _run(self):
        for step in itertools.count():
            if self._ended.wait(5):
                return
            self.publish_later(SENSOR, f"{21 + (step * 7 % 20) / 10:.1f}")

    def close(self):
        self._ended.set()
        super().close()


def tour_links(tour, juliet, romeo, servers, sensor, lamp):
    tour.title(f"The link {CHANNEL}: {IRC_CHANNEL}, the topics home/#, the channel and the dashboard share what is said")
    page = WebSocketClient(servers.gateway.http_port, token=TOKEN)
    try:
        def watch():
            romeo.join(IRC_CHANNEL)
            juliet.join(ROOM, "juliet")
            page.subscribe(f"ws:{CHANNEL}/#", "mqtt:plant/home/#")

        def value():
            sensor.publish(SENSOR, "21.5")
            frame = page.wait(t="msg", **{"from": f"mqtt:plant/{SENSOR}"}, text="21.5")
            assert frame["value"] == 21.5, frame
            romeo.wait("pubmsg", source=OWN_NICK, text="<kitchen/temp> 21.5")
            juliet.wait("message", sender=f"{ROOM}/isthmus", body="<kitchen/temp> 21.5")

        def typed():
            juliet.send_message(ROOM, "temp 21.5")
            frame = page.wait(t="msg", kind="value", **{"from": f"ws:{CHANNEL}/temp"})
            assert frame["value"] == 21.5, frame
            romeo.wait("pubmsg", source=OWN_NICK, text="<juliet> temp 21.5")

        def line():
            romeo.say(IRC_CHANNEL, "Is it warm in there?")
            frame = page.wait(t="msg", text="Is it warm in there?")
            assert (frame["user"]["nick"], frame["to"]) == ("romeo", f"ws:{CHANNEL}"), frame
            juliet.wait("message", sender=f"{ROOM}/isthmus", body="<romeo> Is it warm in there?")

        def switch():
            page.send({"t": "send", "id": "lamp", "to": f"mqtt:plant/{LAMP}/set", "text": "ON"})
            lamp.wait(f"{LAMP}/set", "ON")
            page.wait(t="receipt", id="lamp", state="delivered")
            page.wait(t="msg", **{"from": f"mqtt:plant/{LAMP}"}, text="ON")
            juliet.wait("message", sender=f"{ROOM}/isthmus", body="<kitchen/lamp> ON")

        if tour.step(f"romeo is in {IRC_CHANNEL}, juliet in {ROOM}, a page is open", lambda: [watch()]) is None:
            return
        tour.step("sensor → dashboard, IRC and juliet  “21.5”, a number on the dashboard", value)
        tour.step("juliet → dashboard and IRC  “temp 21.5”, a number on the dashboard", typed)
        tour.step("romeo → dashboard and juliet  “Is it warm in there?”", line)
        tour.step("dashboard → lamp  “ON”; its new state → dashboard and juliet", switch)
    finally:
        page.close()
