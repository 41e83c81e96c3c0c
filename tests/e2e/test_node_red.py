"""A Node-RED flow, a client on the ws library and a CloudEvents client at one gateway: a sensor's value, what an XMPP user
types and a line of a linked IRC channel reach all three, and the flow answers."""

import pytest

from demo_links import IRC_CHANNEL, OWN_NICK, SENSOR, TOKEN, configuration as links_configuration
from demo_mqtt import configuration as mqtt_configuration
from demo_websocket import ROOM, configuration as websocket_configuration
from support.irc_servers import Ngircd
from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.node_red import NodeRed
from support.peers import Node
from support.process import RUN_FOLDER, make_folder, wait_until
from support.servers import Servers
from support.websocket_client import NATIVE, url
from support.world import World

TOPICS = ["ws:plant/#", "mqtt:plant/home/#"]


@pytest.fixture(scope="module")
def servers():
    broker = Mosquitto(make_folder(RUN_FOLDER / "node-red-mqtt"))
    running = Servers(RUN_FOLDER / "node-red",
                      more="\n".join([mqtt_configuration(broker), websocket_configuration(), links_configuration()]))
    broker.start()
    try:
        running.start()
        yield running, broker
    finally:
        running.stop()
        broker.stop()


@pytest.fixture
def world(servers):
    world = World(servers[0])
    yield world
    world.close()
    servers[0].gateway.check()


@pytest.fixture
def node_red(servers):
    flow = NodeRed(make_folder(RUN_FOLDER / "node-red-flow"), servers[0].gateway.http_port, TOKEN, TOPICS)
    flow.spawn().wait_until_ready(timeout=120)
    yield flow
    flow.stop(timeout=60)


def is_there(peer, nick):
    """Whether the IRC user has heard of that nick in its channel."""
    names = " ".join(event.text for event in peer.all("namreply")).replace("@", "").split()
    return nick in names or peer.all("join", source=nick)


@pytest.fixture
def library(servers):
    """The ws library, with the native format."""
    peer = Node("clients.mjs")
    port = servers[0].gateway.http_port
    assert peer.do("open", library="ws", url=url(port, topic=TOPICS), token=TOKEN, protocols=[NATIVE]) == NATIVE
    yield peer
    peer.close()


@pytest.fixture
def events(servers):
    """The CloudEvents SDK."""
    peer = Node("clients.mjs")
    port = servers[0].gateway.http_port
    opened = peer.do("open", library="ws", url=url(port, topic=TOPICS), token=TOKEN, protocols=["cloudevents.json"])
    assert opened == "cloudevents.json"
    yield peer
    peer.close()


class TestNodeRed:
    def test_a_flow_a_library_and_cloudevents_get_the_same_and_the_flow_answers(self, servers, world, node_red, library,
                                                                                events):
        romeo, juliet = world.irc(channel=IRC_CHANNEL), world.xmpp()
        juliet.join(ROOM, juliet.name)
        juliet.wait("presence", sender=f"{ROOM}/flow")
        wait_until(lambda: is_there(romeo, OWN_NICK), "the gateway is in the channel", 20)
        sensor = MqttPeer(servers[1].port)

        sensor.publish(SENSOR, "21.5")
        assert library.do("wait", member="from", value=f"mqtt:plant/{SENSOR}")["value"] == 21.5
        assert node_red.wait(topic=f"plant/{SENSOR}")["value"] == 21.5
        assert events.do("wait", member="subject", value=f"plant/{SENSOR}")["data"]["value"] == 21.5

        juliet.send_message(ROOM, "temp 21.5")
        assert library.do("wait", member="from", value="ws:plant/temp")["value"] == 21.5
        assert node_red.wait(topic="plant/temp")["value"] == 21.5
        assert events.do("wait", member="subject", value="plant/temp")["data"]["value"] == 21.5

        line = "Is it warm in there?"
        romeo.say(IRC_CHANNEL, line)
        place = f"{Ngircd.network}/{IRC_CHANNEL}"
        assert library.do("wait", member="text", value=line)["from"] == f"irc:{place}"
        assert node_red.wait(text=line)["topic"] == place
        assert events.do("wait", member="data.text", value=line)["subject"] == place

        # The flow has answered the value with a request, and everybody hears it.
        answer = "Noted: 21.5 degrees."
        posted = node_red.wait(status=202)
        juliet.wait("message", sender=f"{ROOM}/dash", body=answer)
        romeo.wait("pubmsg", source=OWN_NICK, text=f"<dash> {answer}")
        assert library.do("wait", member="text", value=answer)["id"] == posted["id"]

        # It answers on its WebSocket, too.
        juliet.send_message(ROOM, "Light, please!")
        assert juliet.wait("message", sender=f"{ROOM}/flow").body == "lamp on"
        assert library.do("wait", member="from", value="ws:plant/lamp")["value"] is True
        sensor.close()

    def test_the_flow_connects_again_after_a_restart_of_the_gateway(self, servers, world, node_red):
        gateway = servers[0].gateway
        juliet = world.xmpp()
        juliet.join(ROOM, juliet.name)
        juliet.wait("presence", sender=f"{ROOM}/flow")
        gateway.finish()
        gateway.start()
        since = juliet.mark()
        juliet.join(ROOM, juliet.name)
        juliet.wait("presence", since=since, sender=f"{ROOM}/flow", timeout=60)
        juliet.send_message(ROOM, "temp 7.25")
        assert node_red.wait(topic="plant/temp", value=7.25)
        juliet.wait("message", sender=f"{ROOM}/dash", body="Noted: 7.25 degrees.")
