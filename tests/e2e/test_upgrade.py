"""A gateway that starts with the database and the configuration of an earlier schema upgrades it, and finds everything."""

import re

import pytest

from support import commands
from support.process import RUN_FOLDER, wait_until
from support.upgrade import FIXTURES, LAMP, NETWORK, REAL_NAME, ROMEO, ROOM, SEALED, TOPIC, UpgradeWorld
from test_archive import page

FIRST_SCHEMA = [None]  # was never in use without the next one
DUMPS = sorted(FIXTURES.glob("schema*.sql"))


@pytest.fixture(params=DUMPS, ids=lambda path: path.stem)
def world(request):
    world = UpgradeWorld(RUN_FOLDER / f"upgrade-{request.param.stem}", request.param.read_text())
    world.start_servers()
    yield world
    world.stop()


def said(world, native):
    """What the database as it was holds of that place: (id, text), in order."""
    return world.rows("SELECT archive.id, text FROM archive JOIN places ON places.id = place "
                      f"WHERE native = '{native}' ORDER BY position")


def test_everything_is_found(world):
    before = world.rows("PRAGMA user_version")[0][0]
    in_room, in_private = said(world, "#lounge"), said(world, "romeo")
    checked = world.command_line("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    romeo = world.romeo()

    world.gateway.start()

    # She stays in her room, under the settings of her network, what is sealed among them.
    romeo.wait("join", source="juliet")
    romeo.wait("privmsg", source="juliet", text=SEALED)
    juliet = world.juliet()
    assert commands.begin(juliet, NETWORK, "settings").fields["real_name"] == REAL_NAME
    # What was said, with the ids that it had.
    juliet.join(ROOM, "juliet")
    for address, lines in ((ROOM, in_room), (ROMEO, in_private)):
        kept = page(juliet, address)
        assert list(zip(kept.ids, kept.bodies)) == lines
    # Her contacts.
    juliet.wait("presence", sender=ROMEO, type="")
    world.lamp().publish(TOPIC, "off")
    juliet.wait("message", sender=LAMP, body="off")
    # Tokens of programs.
    assert "meter: read:ws:#" in world.command_line("token", "list").stdout
    # As it was before it was changed, the database lies beside the new one.
    after = world.rows("PRAGMA user_version")[0][0]
    assert world.database.with_name(f"isthmus.db.{before}.bak").exists() == (before < after)
    assert after <= len(FIRST_SCHEMA + DUMPS) + 1, "a schema has no database here: support/upgrade.py writes it"


def test_the_next_start_changes_nothing(world):
    world.gateway.start()
    world.gateway.finish()
    schema = world.rows("SELECT sql FROM sqlite_master ORDER BY name")
    version = world.rows("PRAGMA user_version")

    world.gateway.start()
    wait_until(world.gateway.is_ready, "it is ready", 20)
    world.gateway.finish()

    assert world.rows("SELECT sql FROM sqlite_master ORDER BY name") == schema
    assert world.rows("PRAGMA user_version") == version
    assert re.search(r"isthmus ends", world.gateway.out.read_text())
