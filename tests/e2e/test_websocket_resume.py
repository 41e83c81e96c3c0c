"""A gateway that ends, well or not, while clients hold cursors: what they missed they get, or are told that they did."""

import itertools
import json
import threading

import pytest
import websockets

from support.outbox import stored
from support.process import wait_until
from support.websocket_client import TOKEN, WebSocketClient, http
from support.websocket_stage import Stage, websocket_configuration
from test_websocket_http import Stream

ALREADY = 300  # messages before the kill comes


@pytest.fixture
def stage(own_world):
    world = own_world(more=websocket_configuration(rate=0))
    stage = Stage(world.servers)
    yield stage
    stage.close()


def texts(frames):
    return [frame["text"] for frame in frames if frame["t"] == "msg"]


def events(stream, last):
    """What is said, and gaps, up to the event with the text `last`."""
    found = []
    while not found or found[-1].get("text") != last:
        _, frame = stream.event()
        if frame["t"] in ("msg", "gap"):
            found.append(frame)
    return found


class Burst(threading.Thread):
    """Says number after number in the channel until the connection ends."""

    def __init__(self, stage):
        super().__init__(daemon=True)
        self.client = WebSocketClient(stage.port)
        self.address = stage.address

    def run(self):
        for number in itertools.count():
            try:
                self.client.send({"t": "send", "to": self.address, "text": f"number {number}"})
            except websockets.ConnectionClosed:
                return


def test_after_a_restart_clients_go_on_where_they_were(stage):
    client = stage.subscribed()
    stage.post("heard")
    cursor = client.wait(t="msg", text="heard")["cursor"]
    client.close()
    stage.post("missed")
    stage.post("temp 21.5")
    stage.gateway.stop()
    stage.gateway.start()
    stage.post("after")

    again = stage.client()
    again.subscribe(stage.address, cursor=cursor)
    again.wait(t="msg", text="after")
    assert texts(again.all(t="msg")) == ["missed", "temp 21.5", "after"]
    assert not again.all(t="gap")

    stream = Stream(stage.port, f"/v1/events?topic={stage.address}", headers=(f"Last-Event-ID: {cursor}",))
    assert texts(events(stream, "after")) == ["missed", "temp 21.5", "after"]
    stream.close()

    listed = http(stage.port, "/v1/messages", topic=stage.address, after=cursor).json
    assert texts(listed["messages"]) == ["missed", "temp 21.5", "after"]
    assert "gap" not in listed

    value, = http(stage.port, "/v1/state", topic=f"{stage.address}/#").json["values"]
    assert (value["from"], value["value"]) == (f"{stage.address}/temp", 21.5)


def test_programs_of_matterbridge_are_told_what_they_have_not_read(stage):
    stage.post("read")
    assert http(stage.port, "/api/messages").json
    stage.post("not read")
    stage.gateway.stop()
    stage.gateway.start()
    message, = http(stage.port, "/api/messages").json
    assert message["text"] == "not read"


def test_a_kill_in_the_midst_of_a_burst_loses_nothing_in_silence(stage):
    reader = stage.subscribed()
    stage.post("first")
    cursor = reader.wait(t="msg", text="first")["cursor"]
    burst = Burst(stage)
    burst.start()
    reader.wait(t="msg", text=f"number {ALREADY}", timeout=60)
    wait_until(lambda: stored(stage.world, "archive") > ALREADY + 10, "some of it is on disk", timeout=60)
    stage.gateway.kill()
    burst.join(60)
    assert not burst.is_alive()
    heard = texts(reader.all(t="msg"))
    last_heard = reader.all(t="msg")[-1]["cursor"]
    stage.gateway.start()
    stage.post("after")

    again = stage.client()
    again.subscribe(stage.address, cursor=cursor)
    again.wait(t="msg", text="after")
    told = [frame for frame in again.received if frame["t"] in ("msg", "gap")]
    kept = texts(told)[:-1]
    # All from the first on, each once; what is lost is the end of it, and a gap stands there.
    assert kept == [f"number {number}" for number in range(len(kept))]
    assert [frame["t"] for frame in told] == ["msg"] * len(kept) + ["gap", "msg"]
    assert (told[-2]["reason"], told[-2]["count"]) == ("expired", 0)
    assert kept

    # Who heard more than was kept is not told it again, and who heard less gets the rest.
    late = stage.client()
    late.subscribe(stage.address, cursor=last_heard)
    late.wait(t="msg", text="after")
    rest = texts(late.all(t="msg"))[:-1]
    known = len(heard) - 1  # "first" is none of the numbers
    assert rest == [f"number {number}" for number in range(known, len(kept))]
    assert len(late.all(t="gap")) == 1

    listed = http(stage.port, "/v1/messages", topic=stage.address, after=last_heard, limit=1000).json
    assert texts(listed["messages"]) == rest + ["after"]
    stream = Stream(stage.port, f"/v1/events?topic={stage.address}", token=TOKEN,
                    headers=(f"Last-Event-ID: {last_heard}",))
    frames = events(stream, "after")
    assert [frame["t"] for frame in frames] == ["msg"] * len(rest) + ["gap", "msg"], json.dumps(frames)
    stream.close()


def test_a_cursor_of_another_database_is_none_of_ours(stage):
    stage.post("there")
    foreign = http(stage.port, "/v1/messages").json["cursor"]
    stage.gateway.stop()
    for file in stage.gateway.config.parent.glob("isthmus.db*"):
        file.unlink()
    stage.gateway.start()
    stage.post("here")
    listed = http(stage.port, "/v1/messages", topic=stage.address, after=foreign).json
    assert (listed["gap"]["reason"], listed["gap"]["count"]) == ("expired", 0)
    assert texts(listed["messages"]) == ["here"]


def test_who_is_strict_is_refused_when_something_is_missing(stage):
    cursor = http(stage.port, "/v1/messages").json["cursor"]
    stage.post("kept")
    listed = http(stage.port, "/v1/messages", topic=stage.address, after=cursor, strict="true")
    assert texts(listed.json["messages"]) == ["kept"]
    stage.gateway.kill()
    stage.gateway.start()
    assert http(stage.port, "/v1/messages", topic=stage.address, after=cursor, strict="true").status == 410
    assert http(stage.port, "/v1/events", topic=stage.address, cursor=cursor, strict="true").status == 410
    assert stage.client(topic=stage.address, cursor=cursor, strict="true").wait_closed() == 4410
    assert http(stage.port, "/v1/messages", strict="perhaps").status == 400


def test_a_rate_in_the_url_brings_the_newest_value(stage):
    client = stage.client(topic=f"{stage.address}/#", rate=0.5)
    client.wait(t="live")
    for number in range(50):
        stage.post(f"temp {number}")
    client.wait(t="msg", kind="value", value=49)
    assert len(client.all(t="msg", kind="value")) < 50
    assert len(client.all(t="msg", kind="chat")) == 50
    assert http(stage.port, "/v1/messages", rate="fast").status == 400
