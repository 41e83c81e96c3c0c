"""The container image's own root (./dev image test): the program as user 10001, on a root that nobody can write to, with
one folder of its own, between a real Prosody and ngIRCd."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from support.process import RUN_FOLDER, make_folder, wait_until
from support.servers import Gateway, Servers
from support.world import World

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
    servers = Servers(RUN_FOLDER / request.node.name, gateway=ImageGateway)
    servers.gateway.state = make_folder(RUN_FOLDER / f"{request.node.name}-state")
    os.chown(servers.gateway.state, USER, USER)
    world = World(servers.start())
    yield world
    world.close()
    servers.stop()


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


def test_the_health_check_of_the_image_works(world):
    environment = world.gateway.environment()
    run = subprocess.run(["chroot", "--userspec=10001:10001", ROOT, "/usr/bin/isthmus", "healthcheck"],
                         env=environment, timeout=30)

    assert run.returncode == 0
    wait_until(lambda: world.gateway.http_status("/readyz") == 200, "it is ready", 20)
