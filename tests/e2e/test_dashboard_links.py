"""The dashboard of a gateway whose channel is linked: an MQTT sensor, an XMPP user and an IRC channel arrive live in
Debian's Chromium, and a lamp is switched from the page. Screenshots are left in build/dashboard."""

import pytest

from demo_links import IRC_CHANNEL, LAMP, OWN_NICK, SENSOR, TOKEN, Lamp, configuration as links_configuration
from demo_mqtt import configuration as mqtt_configuration
from demo_websocket import ROOM, configuration as websocket_configuration
from support.irc_servers import Ngircd
from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.peers import Node
from support.process import REPOSITORY, RUN_FOLDER, make_folder
from support.servers import Servers
from support.world import World

SHOTS = REPOSITORY / "build" / "dashboard"


@pytest.fixture(scope="module")
def servers():
    broker = Mosquitto(make_folder(RUN_FOLDER / "dashboard-links-mqtt"))
    running = Servers(RUN_FOLDER / "dashboard-links",
                      more="\n".join([mqtt_configuration(broker), websocket_configuration(), links_configuration()]))
    broker.start()
    try:
        running.start()
        yield running, broker
    finally:
        running.stop()
        broker.stop()


@pytest.fixture
def told_before(servers):
    """The lamp has said how it is, and gone."""
    Lamp(servers[1].port).close()


@pytest.fixture
def page(servers):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = Node("browser.mjs", SHOTS)
    page.do("open", url=f"http://127.0.0.1:{servers[0].gateway.http_port}/#token={TOKEN}")
    page.do("wait", selector="body[data-state=connected]")
    yield page
    page.close()


@pytest.fixture
def world(servers):
    world = World(servers[0])
    yield world
    world.close()
    servers[0].gateway.check()


def tile(address, rest=""):
    return f'.tile[data-address="{address}"] {rest}'.strip()


class TestLinkedDashboard:
    def test_sensor_user_and_channel_arrive_live_and_a_lamp_is_switched_from_the_page(self, servers, world, page):
        broker = servers[1]
        lamp, sensor = Lamp(broker.port), MqttPeer(broker.port)
        romeo, juliet = world.irc(channel=IRC_CHANNEL), world.xmpp()
        juliet.join(ROOM, juliet.name)
        sensor.publish(SENSOR, "21.5")
        sensor.publish("home/hall/humidity", "48 %")
        page.do("wait", selector=tile(f"mqtt:plant/{SENSOR}", ".value"), text="21.5")
        page.do("wait", selector=tile("mqtt:plant/home/hall/humidity", ".unit"), text="%")
        juliet.send_message(ROOM, "temp 21.5")
        page.do("wait", selector=tile("ws:plant/temp", ".value"), text="21.5")
        romeo.wait("pubmsg", source=OWN_NICK, text=f"<{juliet.name}> temp 21.5")
        romeo.say(IRC_CHANNEL, "Is it warm in there?")
        page.do("wait", selector="#log li", text="Is it warm in there?")
        page.do("wait", selector="#log .via", text="on IRC")
        page.do("wait", selector=tile(f"mqtt:plant/{LAMP}", ".value"), text="off")
        page.do("click", selector=tile(f"mqtt:plant/{LAMP}", ".switch"))
        lamp.wait(f"{LAMP}/set", "ON")
        page.do("wait", selector=tile(f"mqtt:plant/{LAMP}", ".value"), text="on")
        juliet.wait("message", sender=f"{ROOM}/isthmus", body="<kitchen/lamp> ON")
        assert page.do("count", selector='.tile[data-address$="/set"]') == 0, "an order is no value"
        for width in (360, 1280):
            for scheme in ("light", "dark"):
                page.do("look", width=width, scheme=scheme)
                page.do("shoot", name=f"linked-{width}-{scheme}")
                assert page.do("axe") == []
            assert page.do("eval", code="document.documentElement.scrollWidth <= window.innerWidth")
        assert page.do("problems") == []
        for peer in (lamp, sensor):
            peer.close()

    def test_a_page_that_comes_later_sees_the_last_values_and_a_lost_broker(self, servers, told_before, page):
        broker = servers[1]
        page.do("wait", selector=tile(f"mqtt:plant/{LAMP}", ".value"))
        broker.stop()
        page.do("wait", selector="#links", text="No connection to")
        page.do("wait", selector=tile(f"mqtt:plant/{LAMP}") + "[data-state=offline]")
        page.do("shoot", name="linked-broker-away")
        broker.start()
        page.do("wait", selector="#links", state="hidden")
        page.do("wait", selector=tile(f"mqtt:plant/{LAMP}") + ":not([data-state=offline])")
