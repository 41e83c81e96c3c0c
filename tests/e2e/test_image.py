"""The container image's own root (./dev image test): the program as user 10001, on a root that nobody can write to, with
one folder of its own, between a real Prosody, ngIRCd and mosquitto."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from support.mqtt_servers import Mosquitto
from support.mqtt_world import MqttWorld, broker_section
from support.process import RUN_FOLDER, make_folder, wait_until
from support.servers import Gateway, Servers, toml_table
from support.world import World
from support.xmpp_servers import MQTT_DOMAIN

ROOT = os.environ.get("ISTHMUS_IMAGE_ROOT")
pytestmark = pytest.mark.skipif(not ROOT, reason="ISTHMUS_IMAGE_ROOT names no image")
USER = 10001


class ImageGateway(Gateway):
    """The gateway within the image: `state` is its volume, the configuration comes by ISTHMUS_CONFIG."""

    state = None

    def command(self):
        # What a container engine does: a namespace of mounts, a root that is read-only, one volume, and a user who is not
        # root and so has no capabilities.
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && '
                'mount --bind "$2" "$1/var/lib/isthmus" && '
                'exec chroot --userspec=10001:10001 "$1" /usr/bin/isthmus', "sh", ROOT, str(self.state)]

    def environment(self):
        config = self.config.read_text().replace('path = "isthmus.db"', 'path = "/var/lib/isthmus/isthmus.db"')
        return {"PATH": os.environ["PATH"], "ISTHMUS_CONFIG": config, "ISTHMUS_STORAGE__KEY_FILE": "/var/lib/isthmus/key",
                "ISTHMUS_CONTROL__SOCKET": "/var/lib/isthmus/isthmus.sock"}


@pytest.fixture
def world(request):
    broker = Mosquitto(make_folder(RUN_FOLDER / f"{request.node.name}-broker"))
    component = toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"})
    section = broker_section("plant", f"mqtt://127.0.0.1:{broker.port}")
    servers = Servers(RUN_FOLDER / request.node.name, gateway=ImageGateway, more=component + section)
    servers.broker = broker
    servers.gateway.state = make_folder(RUN_FOLDER / f"{request.node.name}-state")
    os.chown(servers.gateway.state, USER, USER)
    broker.start()
    world = World(servers.start())
    yield world
    world.close()
    servers.stop()
    broker.stop()


def test_a_message_goes_through_and_only_the_volume_is_written(world):
    juliet, room, romeo, channel = world.pair()

    juliet.send_message(room, "from a container")

    romeo.wait("pubmsg", text="from a container")
    pid = world.gateway.child.pid
    status = Path(f"/proc/{pid}/status").read_text()
    assert f"Uid:\t{USER}\t{USER}" in status
    files = {entry.name for entry in world.gateway.state.iterdir()}
    assert {"isthmus.db", "key", "isthmus.sock"} <= files
    assert stat.S_IMODE((world.gateway.state / "key").stat().st_mode) == 0o600


def test_a_topic_of_mosquitto_is_a_contact(world):
    mqtt = MqttWorld(world.servers)
    topic = mqtt.topic("home/lamp")
    lamp = mqtt.mqtt(topic)
    juliet = mqtt.subscribed(topic)

    juliet.send_message(mqtt.contact(topic), "on", type="chat")

    lamp.wait(topic, "on")
    lamp.publish(topic, "21.5")
    juliet.wait("message", type="chat", body="21.5")
    mqtt.close()


def test_its_dashboard_has_charts():
    """The library that draws them comes from npm: a build without it works, and lacks them."""
    assert b"uPlot=" in Path(f"{ROOT}/usr/bin/isthmus").read_bytes()


def test_the_health_check_of_the_image_works(world):
    environment = world.gateway.environment()
    run = subprocess.run(["chroot", "--userspec=10001:10001", ROOT, "/usr/bin/isthmus", "healthcheck"],
                         env=environment, timeout=30)

    assert run.returncode == 0
    wait_until(lambda: world.gateway.http_status("/readyz") == 200, "it is ready", 20)
