"""Fixtures of the end-to-end tests. The servers are shared by all tests (with pytest-xdist: of one worker); every test
has channels, accounts and nicks of its own.

A test with `world` runs once for each set of servers, a test with `ircd` once for each kind of IRC server, unless it
is marked with @pytest.mark.needs(…) or lacks(…): then only where the IRC server has all those abilities, or none of
them. With @pytest.mark.ejabberd it runs on ejabberd too."""

from collections import namedtuple

import pytest

from support import libirc_peer
from support.irc_servers import Inspircd, Ngircd
from support.mqtt_servers import EjabberdWithMqtt
from support.mqtt_world import BROKERS, MqttServers, MqttWorld
from support.process import RUN_FOLDER, Process, make_folder, wait_until
from support.servers import Servers, gateway_binary, toml_table
from support.world import World
from support.xmpp_servers import SECOND_DOMAIN, Ejabberd


Stack = namedtuple("Stack", "servers ircd")  # the fixture that holds the servers, and which of its IRC servers
STACKS = {"ngircd": Stack("servers", Ngircd), "inspircd": Stack("servers", Inspircd)}
EJABBERD = {"ejabberd": Stack("ejabberd_servers", Ngircd)}
IRCDS = {"ngircd": Ngircd, "inspircd": Inspircd}


def pytest_configure(config):
    config.addinivalue_line("markers", "ejabberd(only=False): runs on ejabberd too, or only there")
    config.addinivalue_line("markers", "needs(ability, …): runs only with IRC servers that have these Ircd.abilities")
    config.addinivalue_line("markers", "mqtt(version): runs only with that version of MQTT")
    config.addinivalue_line("markers", "lacks(ability, …): runs only with IRC servers that have none of these")


def pytest_generate_tests(metafunc):
    def marked(name):
        return {ability for mark in metafunc.definition.iter_markers(name) for ability in mark.args}

    needed, unwanted = marked("needs"), marked("lacks")
    ejabberd = metafunc.definition.get_closest_marker("ejabberd")
    stacks = STACKS if not ejabberd else EJABBERD if ejabberd.kwargs.get("only") else STACKS | EJABBERD
    for fixture, values, ircd_of in (("stack", stacks, lambda stack: stack.ircd), ("ircd", IRCDS, lambda ircd: ircd)):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, [pytest.param(value, id=name) for name, value in values.items()
                                           if needed <= ircd_of(value).abilities
                                           and not unwanted & ircd_of(value).abilities])


    if "mqtt_world" in metafunc.fixturenames:
        versions = marked("mqtt") or set(BROKERS.values())
        metafunc.parametrize("mqtt_world", [
            pytest.param((servers, broker), id=f"{name}-{version}")
            for servers, name in (("mqtt_servers", "mosquitto"), ("ejabberd_mqtt_servers", "ejabberd"))
            for broker, version in BROKERS.items() if version in versions], indirect=True)


def pytest_sessionstart(session):
    if not session.config.option.collectonly and not gateway_binary().exists():
        raise pytest.UsageError(f"there is no {gateway_binary()}: build isthmus, or name it in ISTHMUS_BINARY")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the end of every server's log when a test fails."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for process in Process.running:
            report.sections.append((f"log of {process.name}", process.log_tail()))


@pytest.fixture(scope="session")
def servers():
    """Prosody, both IRC servers and the gateway, without any pacing."""
    running = Servers(RUN_FOLDER / "prosody", ircds=(Ngircd, Inspircd))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def ejabberd_servers():
    """ejabberd, ngIRCd and the gateway with two components."""
    second = toml_table("[[component]]", {"domain": SECOND_DOMAIN, "adapter": "irc", "fixed_network": Ngircd.network})
    running = Servers(RUN_FOLDER / "ejabberd", xmpp_server=Ejabberd, more=second)
    running.start()
    # Its log is written a moment later.
    wait_until(lambda: running.xmpp_server.component_logins() == 2, "the logins of both components are in the log")
    yield running
    running.stop()


@pytest.fixture
def world(request, stack):
    servers = request.getfixturevalue(stack.servers)
    # Should an earlier test have brought the gateway down, then that one has failed, and this one gets its chance.
    servers.gateway.forget()
    if not servers.gateway.is_alive():
        servers.gateway.start()
    logins = servers.xmpp_server.component_logins()
    world = World(servers, stack.ircd.network)
    yield world
    world.close()
    servers.gateway.check()
    assert servers.xmpp_server.component_logins() == logins, "the server closed the gateway's stream; its log says why"


@pytest.fixture(scope="session")
def mqtt_servers():
    """Prosody, mosquitto and the gateway, which speaks both versions of MQTT."""
    running = MqttServers(RUN_FOLDER / "mqtt").start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def ejabberd_mqtt_servers():
    """The same on ejabberd, which is the broker too."""
    running = MqttServers(RUN_FOLDER / "ejabberd-mqtt", xmpp_server=EjabberdWithMqtt).start()
    yield running
    running.stop()


@pytest.fixture
def mqtt_world(request):
    """Once for each broker and version of MQTT."""
    servers = request.getfixturevalue(request.param[0])
    servers.gateway.forget()
    if not servers.gateway.is_alive():
        servers.gateway.start()
    world = MqttWorld(servers, request.param[1])
    yield world
    world.close()
    servers.gateway.check()


@pytest.fixture
def own_mqtt_world(request):
    """For tests that stop servers or need a configuration of their own, as own_world."""
    worlds = []

    def start(**options):
        servers = MqttServers(RUN_FOLDER / request.node.name, **options)
        worlds.append(MqttWorld(servers.start()))
        return worlds[-1]

    yield start
    for world in worlds:
        world.close()
        world.servers.stop()


@pytest.fixture
def own_world(request):
    """For tests that stop servers or need a configuration of their own: own_world(…) starts a World of its own with
    these options of Servers."""
    worlds = []

    def start(**options):
        servers = Servers(RUN_FOLDER / request.node.name, **options)
        worlds.append(World(servers.start()))
        return worlds[-1]

    yield start
    for world in worlds:
        world.close()
        world.servers.stop()


@pytest.fixture
def folder(request):
    """An empty folder for one test, beside the one of its own_world()."""
    return make_folder(RUN_FOLDER / f"{request.node.name}-files")


@pytest.fixture(scope="session")
def libirc_program():
    return libirc_peer.build(make_folder(RUN_FOLDER / "libirc_peer"))
