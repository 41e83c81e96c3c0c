"""Two gateways on one broker whose links pass the same values on in opposite directions, and a bridge that leaves no
marks: each delivers a value once."""

import pytest

from support.mqtt_world import BROKERS, broker_section
from support.process import make_folder, wait_until
from support.servers import Gateway, toml_table
from support.xmpp_servers import IRC_DOMAIN, MQTT_DOMAIN, SECOND_DOMAIN, WS_DOMAIN

HALL, ATTIC = "hall/temp", "attic/temp"


def link(broker, source, target):
    members = [f"mqtt:{broker}/{source}", f"mqtt:{broker}/{target}"]
    return toml_table("[[link]]", {"name": "carry", "members": members, "direction": "out"})


@pytest.fixture
def other_gateway(request):
    """other_gateway(world, more) starts a second gateway beside the world's, on the same servers."""
    started = []

    def start(world, broker, more):
        servers = world.servers
        url = f"mqtt://127.0.0.1:{servers.broker.port}"
        sections = [toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"}),
                    broker_section(broker, url, BROKERS[broker], client_id="isthmus-other"), more]
        gateway = Gateway(make_folder(servers.folder / "other"), servers.xmpp_server.component_port, {},
                          more="\n".join(sections))
        text = gateway.config.read_text()
        gateway.config.write_text(text.replace(IRC_DOMAIN, SECOND_DOMAIN).replace(MQTT_DOMAIN, WS_DOMAIN))
        started.append(gateway)
        gateway.start()
        return gateway

    yield start
    for gateway in started:
        gateway.finish()


def wait_for_link(gateway, broker):
    for topic in (HALL, ATTIC):
        wait_until(lambda topic=topic: f"links: in mqtt:{broker}/{topic}" in gateway.log_tail(10_000),
                   f"the link has entered {topic}", 20)


class TestBridges:
    @pytest.mark.parametrize("broker", BROKERS)
    def test_a_pair_in_opposite_directions_delivers_each_value_once(self, own_mqtt_world, other_gateway, broker):
        world = own_mqtt_world(more=link(broker, HALL, ATTIC))
        wait_for_link(world.gateway, broker)
        wait_for_link(other_gateway(world, broker, link(broker, ATTIC, HALL)), broker)
        world.version = BROKERS[broker]
        device = world.mqtt(HALL, ATTIC)

        for value in ("21.5", '{"t": 22}'):
            device.publish(HALL, value)
            # Once as it was published, once by the other gateway.
            wait_until(lambda value=value: device.all(HALL).count(value) == 2, f"{value} has come round", 20)
        device.publish(HALL, "last")
        wait_until(lambda: device.all(HALL).count("last") == 2, "so has the last one", 20)

        # Whatever was passed on once more would be there before the last one.
        assert device.all(ATTIC) == ["21.5", '{"t": 22}', "last"]

    @pytest.mark.parametrize("broker", BROKERS)
    def test_what_a_bridge_brings_back_is_not_passed_on_again(self, own_mqtt_world, broker):
        world = own_mqtt_world(more=link(broker, HALL, ATTIC))
        wait_for_link(world.gateway, broker)
        world.version = BROKERS[broker]
        bridge = world.mqtt(ATTIC)

        bridge.publish(HALL, "21.5")
        carried = bridge.wait(ATTIC, "21.5")
        # A bridge leaves what it carries as it is.
        bridge.publish(HALL, "21.5", user_properties=carried.properties.UserProperty if world.version == 5 else None)
        bridge.publish(HALL, "last")
        bridge.wait(ATTIC, "last")

        assert bridge.all(ATTIC) == ["21.5", "last"]
