"""Fixtures of the end-to-end tests. The servers are shared by the tests of one file; every test has channels, accounts
and nicks of its own."""

import pytest

from support import libirc_peer
from support.process import Process, make_folder
from support.servers import Servers, gateway_binary
from support.world import RUN_FOLDER, World


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


@pytest.fixture(scope="module")
def servers(request):
    """Prosody, ngIRCd and the gateway, without any pacing."""
    running = Servers(RUN_FOLDER / request.module.__name__)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def world(servers):
    # Should an earlier test have brought the gateway down, then that one has failed, and this one gets its chance.
    servers.gateway.forget()
    if not servers.gateway.is_alive():
        servers.gateway.start()
    logins = servers.prosody.component_logins()
    world = World(servers)
    yield world
    world.close()
    servers.gateway.check()
    assert servers.prosody.component_logins() == logins, "Prosody closed the gateway's stream; its log says why"


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
