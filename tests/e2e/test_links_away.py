"""What a link has to say to a side that is away, on real ngIRCd and mosquitto, over a kill of the gateway: it waits in
the store, and is said in order, once, when the side is back."""

import pytest

from support.irc_servers import Ngircd
from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.mqtt_world import broker_section
from support.outbox import stored, wait_until_kept
from support.process import RUN_FOLDER, make_folder, wait_until
from support.servers import Servers, toml_table
from support.websocket_client import http
from support.world import World
from support.xmpp_servers import MQTT_DOMAIN
from test_links import link

CHANNEL = "#plant"
TOPIC = "exact/topic"
PATIENCE = 60.0  # seconds for what begins with a restart


def configuration(broker):
    return "\n".join([
        toml_table(f'[irc.networks."{Ngircd.network}".own]', {"nick": "bridge"}),
        toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"}),
        toml_table("[mqtt]", {"reconnect_base": "200ms"}),
        broker_section("plant", f"mqtt://127.0.0.1:{broker.port}", publish=["exact/#"]),
        link("plant", f"irc:{Ngircd.network}/{CHANNEL}", f"mqtt:plant/{TOPIC}"),
    ])


class Stage:
    def __init__(self, folder):
        self.broker = Mosquitto(make_folder(folder / "mqtt"))
        self.servers = Servers(folder / "servers", more=configuration(self.broker))
        self.broker.start()
        self.servers.start()
        self.world = World(self.servers)
        self.gateway = self.servers.gateway
        self.leaving = []

    def irc(self):
        """Somebody in the channel, to whom the gateway's own login has come."""
        romeo = self.world.irc(channel=CHANNEL)
        self.gateway.resume()

        def has_bridge():
            names = " ".join(event.text for event in romeo.all("namreply")).replace("@", "").split()
            return "bridge" in names or romeo.all("join", source="bridge")

        wait_until(has_bridge, f"the gateway is in {CHANNEL}", PATIENCE)
        wait_until(lambda: "links: in mqtt:" in self.gateway.out.read_text(), f"the gateway hears {TOPIC}", PATIENCE)
        return romeo

    def mqtt(self):
        peer = MqttPeer(self.broker.port)
        self.leaving.append(peer.close)
        return peer.subscribe(TOPIC)

    def settle(self):
        """Until the gateway knows that all it said has arrived: else it says that again, as it should."""
        wait_until(lambda: b"\nisthmus_links_waiting 0\n" in http(self.gateway.http_port, "/metrics").body,
                   "nothing is on its way", PATIENCE)

    def kill_gateway(self):
        self.gateway.kill()
        self.gateway.start()

    def close(self):
        for leave in self.leaving:
            leave()
        self.world.close()
        self.gateway.resume()
        self.servers.stop()
        self.broker.stop()


@pytest.fixture
def stage(request):
    stage = Stage(make_folder(RUN_FOLDER / request.node.name[:60]))
    try:
        yield stage
        stage.gateway.check()
    finally:
        stage.close()


def numbers(texts):
    return [int(text.rpartition("number ")[2]) for text in texts if "number " in text]


def heard_on_irc(romeo):
    return numbers(event.text for event in romeo.all("pubmsg", source="bridge"))


def property_of(message, name):
    return dict(message.properties.UserProperty).get(name)


class TestASideThatIsAway:
    def test_an_irc_network_hears_what_was_published_meanwhile(self, stage):
        romeo, device = stage.irc(), stage.mqtt()
        device.publish(TOPIC, "number 0")
        romeo.wait("pubmsg", source="bridge", text=lambda text: text.endswith("number 0"))
        stage.settle()
        stage.servers.ircds[Ngircd.network].kill()
        for number in range(1, 6):
            device.publish(TOPIC, f"number {number}")
        wait_until_kept(stage.world, 5)
        stage.kill_gateway()
        for number in range(6, 11):
            device.publish(TOPIC, f"number {number}")
        wait_until_kept(stage.world, 10)
        stage.gateway.pause()  # so that romeo is there before the gateway is
        stage.servers.ircds[Ngircd.network].start()
        romeo = stage.irc()
        romeo.wait("pubmsg", text=lambda text: text.endswith("number 10"), timeout=PATIENCE)
        assert heard_on_irc(romeo) == [*range(1, 11)]
        wait_until(lambda: stored(stage.world, "outbox") == 0, "nothing is on its way", PATIENCE)

    def test_what_an_irc_server_took_and_never_read_is_said_again(self, stage):
        romeo, device = stage.irc(), stage.mqtt()
        server = stage.servers.ircds[Ngircd.network]
        server.pause()
        for number in range(5):
            device.publish(TOPIC, f"number {number}")
        wait_until_kept(stage.world, 5)
        stage.gateway.pause()
        server.kill()
        server.start()
        romeo = stage.irc()
        romeo.wait("pubmsg", text=lambda text: text.endswith("number 4"), timeout=PATIENCE)
        assert heard_on_irc(romeo) == [*range(5)]

    def test_a_broker_is_told_what_was_said_meanwhile_when_and_by_whom(self, stage):
        romeo, device = stage.irc(), stage.mqtt()
        romeo.say(CHANNEL, "number 0")
        device.wait(TOPIC, "number 0")
        stage.settle()
        device.close()
        stage.broker.kill()
        for number in range(1, 6):
            romeo.say(CHANNEL, f"number {number}")
        wait_until_kept(stage.world, 5)
        mark = romeo.mark()
        stage.kill_gateway()
        romeo.wait("join", since=mark, source="bridge", timeout=PATIENCE)
        for number in range(6, 11):
            romeo.say(CHANNEL, f"number {number}")
        wait_until_kept(stage.world, 10)
        stage.gateway.pause()  # so that the device is there before the gateway is
        stage.broker.start()
        device = stage.mqtt()
        stage.gateway.resume()
        last = device.wait(TOPIC, "number 10")
        assert numbers(device.all(TOPIC)) == [*range(1, 11)]
        assert property_of(last, "isthmus-from") == romeo.nick
        assert property_of(last, "isthmus-time").endswith("Z")
        # What was kept by the run that was killed may have been published by it.
        repeated = [message.payload.decode() for message in device.received
                    if property_of(message, "isthmus-repeated") is not None]
        assert numbers(repeated) == [*range(1, 6)]
