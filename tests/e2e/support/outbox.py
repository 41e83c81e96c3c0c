"""What the gateway's store holds on disk, above all of messages on their way."""

import sqlite3

from support.process import wait_until

PATIENCE = 60.0  # seconds


def stored(world, what):
    """How many rows the store of the world's gateway has on disk; `what` is a table, and which rows of it."""
    database = sqlite3.connect(f"file:{world.servers.folder / 'isthmus.db'}?mode=ro", uri=True, timeout=20)
    try:
        return database.execute(f"SELECT count(*) FROM {what}").fetchone()[0]
    finally:
        database.close()


def wait_until_kept(world, count):
    """Until at least `count` messages are on their way."""
    wait_until(lambda: stored(world, "outbox") >= count, f"{count} messages are kept", timeout=PATIENCE)


def wait_until_said(world, text):
    """Until the message with that text, and with it those before it, is on its way."""
    wait_until(lambda: stored(world, f"outbox WHERE text = '{text}'") > 0, f"{text} is kept", timeout=PATIENCE)
