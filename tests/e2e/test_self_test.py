"""`isthmus selftest`: a message through the far side, timed."""

import os
import re
import subprocess

import pytest

from support import commands
from support.mqtt_servers import Mosquitto
from support.mqtt_world import broker_section
from support.process import RUN_FOLDER, free_port, make_folder
from support.servers import Servers, gateway_binary, toml_table
from support.world import World
from support.xmpp_servers import IRC_DOMAIN, MQTT_DOMAIN, USERS_DOMAIN

ADMIN = "escalus"


@pytest.fixture
def world(request):
    broker = Mosquitto(make_folder(RUN_FOLDER / f"{request.node.name}-broker")).start()
    # A path of a socket has at most 107 bytes, and the test's folder may be deep.
    control = toml_table("[control]", {"socket": f"/tmp/isthmus-selftest-{os.getpid()}-{free_port()}.sock"})
    component = toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"})
    section = broker_section("plant", f"mqtt://127.0.0.1:{broker.port}")
    servers = Servers(RUN_FOLDER / request.node.name, more=control + component + section,
                      access={"admins": [f"{ADMIN}@{USERS_DOMAIN}"]})
    servers.broker = broker
    world = World(servers.start())
    yield world
    world.close()
    servers.stop()
    broker.stop()


def selftest(world, place):
    return subprocess.run([gateway_binary(), "--config", world.gateway.config, "selftest", place], capture_output=True,
                          text=True, timeout=90)


def test_a_message_goes_through_and_is_timed(world):
    channel = world.channel()
    romeo = world.irc(channel=channel)

    result = selftest(world, f"irc:{world.network}/{channel}")

    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r": entered in \d+ ms, said in \d+ ms$", result.stdout)
    romeo.wait("pubmsg", text="isthmus self-test", source="isthmus")
    romeo.wait("part", source="isthmus")
    result = selftest(world, "mqtt:plant/isthmus/selftest")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_place_that_nothing_reaches_is_named(world):
    result = selftest(world, "mqtt:nowhere/test")

    assert result.returncode == 1
    assert "refused: " in result.stdout
    escalus = world.xmpp(account=ADMIN)
    assert commands.run(escalus, IRC_DOMAIN, "selftest", place="").notes == ["there was none"]
