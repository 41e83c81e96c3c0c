"""The store's file, when something is wrong with it: the gateway goes on relaying, says so, and writes nothing by
halves."""

import sqlite3
import urllib.request

from support.process import wait_until
from test_archive import page


def failures(gateway):
    """What the disk did not take, as the metrics count it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{gateway.http_port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("isthmus_storage_failures_total"))


def database(world):
    return world.servers.folder / "isthmus.db"


def kept_lines(world):
    """How many lines of the talk are on disk."""
    connection = sqlite3.connect(f"file:{database(world)}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute("SELECT count(*) FROM archive WHERE text LIKE 'line %'").fetchone()[0]
    finally:
        connection.close()


class TestWhileItRuns:
    def test_a_locked_file_delays_the_archive_and_nothing_else(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        other = sqlite3.connect(database(world), isolation_level=None, timeout=10)
        other.execute("BEGIN IMMEDIATE")
        for number in range(20):
            romeo.say(channel, f"line {number}")
        juliet.wait("message", body="line 19")
        wait_until(lambda: failures(world.gateway) > 0, "the failure is counted", timeout=20)
        romeo.say(channel, "line 20")
        juliet.wait("message", body="line 20")
        assert "the disk did not take a change, which is tried again" in world.gateway.log_tail(500)
        other.execute("ROLLBACK")
        other.close()
        wait_until(lambda: kept_lines(world) == 21, "all is kept", timeout=20)
        assert page(juliet, room).bodies == [f"line {number}" for number in range(21)]

    def test_a_file_that_is_damaged_meanwhile_ends_nothing(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        romeo.say(channel, "line 0")
        wait_until(lambda: kept_lines(world) == 1, "it is kept", timeout=20)
        for name in ("isthmus.db", "isthmus.db-wal"):
            path = world.servers.folder / name
            size = path.stat().st_size
            with open(path, "r+b") as file:
                file.write(b"x" * size)
        for number in range(1, 20):
            romeo.say(channel, f"line {number}")
        juliet.wait("message", body="line 19")
        romeo.say(juliet.name, "in private")
        juliet.wait("message", type="chat", body="in private")
        answer = page(juliet, room).answer
        assert answer.type == "result" or answer.condition == "internal-server-error"
        world.gateway.check()


class TestAtTheStart:
    def test_a_damaged_file_is_refused(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        world.gateway.finish()
        with open(database(world), "r+b") as file:
            file.seek(4096)
            file.write(b"x" * (database(world).stat().st_size - 4096))
        world.gateway.spawn()
        assert world.gateway.wait() == 3
        assert "isthmus.db cannot be used: " in world.gateway.log_tail()
        database(world).unlink()
        world.gateway.start()


class TestAKillInABurst:
    def test_what_was_on_disk_is_there_and_nothing_is_torn(self, own_world):
        world = own_world()
        juliet, room, romeo, channel = world.pair()
        for number in range(2_000):
            romeo.say(channel, f"line {number}")
            if number == 1_000:
                wait_until(lambda: kept_lines(world) > 100, "some are kept", timeout=30)
        on_disk = kept_lines(world)
        world.gateway.kill()
        with sqlite3.connect(database(world)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        world.gateway.start()
        juliet.join(room, juliet.name, timeout=30)
        bodies, last = [], None
        while (kept := page(juliet, room, max=250, after=last)).ids:
            bodies += kept.bodies
            last = kept.ids[-1]
        bodies = [body for body in bodies if body and body.startswith("line ")]
        assert bodies == [f"line {number}" for number in range(len(bodies))]
        assert len(bodies) >= on_disk
