"""Clients that nobody here wrote, and the schemas of the frames."""

import pytest

from support.peers import Node
from support.process import RUN_FOLDER
from support.servers import Servers
from support.websocket_client import NATIVE, TOKEN, url
from support.websocket_stage import Stage, websocket_configuration


@pytest.fixture(scope="module")
def peer_servers():
    running = Servers(RUN_FOLDER / "peers", more=websocket_configuration())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(peer_servers):
    stage = Stage(peer_servers)
    yield stage
    stage.close()


@pytest.fixture
def peer():
    peer = Node("clients.mjs")
    yield peer
    peer.close()


class TestLibraries:
    @pytest.mark.parametrize("library", ["ws", "faye"])
    def test_a_library_reads_and_writes_and_all_frames_fit_the_schema(self, stage, peer, library):
        juliet = stage.world.xmpp()
        assert peer.do("open", library=library, url=url(stage.port), token=TOKEN, protocols=[NATIVE]) == NATIVE
        frames = [{"t": "sub", "id": "s1", "topics": [f"{stage.address}/#"]},
                  {"t": "send", "id": "c1", "to": stage.address, "text": "from a library"},
                  {"t": "send", "id": "c2", "to": f"{stage.address}/lamp", "value": True},
                  {"t": "send", "id": "c3", "to": "ws:none", "text": "nobody"},
                  {"t": "send", "id": "c4", "to": stage.address, "text": "by the way", "thread": "t1", "receipt": True,
                   "as": "romeo", "expiry_s": 60, "corr": "q-1"},
                  {"t": "typing", "to": stage.address, "state": "composing"}, {"t": "ping", "ts": 7}]
        for frame in frames:
            peer.do("send", frame=frame)
        assert peer.do("wrong", side="client", frames=frames) == []
        peer.do("wait", member="t", value="pong")

        juliet.join(stage.room, juliet.name)
        first = juliet.send_message(stage.room, "temp 21.5 °C")
        value = peer.do("wait", member="from", value=f"{stage.address}/temp")
        assert value["value"] == 21.5
        juliet.send_message(stage.room, "temp 22",
                            extra=f"<replace xmlns='urn:xmpp:message-correct:0' id='{first}'/>")
        target = peer.do("wait", member="t", value="edit")["target"]
        for more in ({"t": "reactions", "id": "r", "to": stage.address, "target": target, "emoji": ["👍"]},
                     {"t": "retract", "id": "t", "to": stage.address, "target": target}):
            assert peer.do("wrong", side="client", frames=[more]) == []
            peer.do("send", frame=more)
        peer.do("wait", member="t", value="retract")
        assert peer.do("wrong", side="server") == []

    def test_the_schema_refuses_what_the_gateway_refuses(self, stage, peer):
        frames = [{"t": "fly"}, {"t": "sub", "id": "s"}, {"t": "send", "to": "ws:a"}, {"t": "send", "text": "x"},
                  {"t": "send", "to": "ws:a", "text": "x", "value": 1}, {"t": "edit", "to": "ws:a", "text": "x"}]
        frames += [{"t": "send", "id": "f", "to": "ws:a", "text": "x", **more} for more in
                   ({"expiry_s": 0}, {"expiry_s": 2**32}, {"expiry_s": "60"}, {"corr": 7}, {"corr": "q" * 65},
                    {"thread": "a\nb"}, {"thread": "t" * 129}, {"as": "r" * 65}, {"as": "a\nb"}, {"receipt": "yes"})]
        frames.append({"t": "send", "to": "ws:a", "text": "x", "receipt": True})
        assert len(peer.do("wrong", side="client", frames=frames)) == len(frames)
        client = stage.client()
        for frame in frames:
            since = client.mark()
            client.send(frame)
            client.wait(since, t="error")


class TestCloudEvents:
    def test_events_are_read_by_the_sdk_and_its_own_are_understood(self, stage, peer):
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)
        address = url(stage.port, topic=f"{stage.address}/#")
        opened = peer.do("open", library="ws", url=address, token=TOKEN, protocols=["cloudevents.json"])
        assert opened == "cloudevents.json"
        juliet.wait("presence", sender=f"{stage.room}/dash")

        juliet.send_message(stage.room, "temp 21.5 °C")
        peer.do("wait", member="type", value="org.isthmus.value.v1")
        read = peer.do("event", type="org.isthmus.value.v1")
        assert read["valid"] and read["same"]
        assert read["event"]["subject"] == f"{stage.channel}/temp"
        assert read["event"]["data"]["value"] == 21.5

        peer.do("send_event", event={"type": "org.isthmus.send.v1", "source": "/flow", "subject": stage.channel,
                                     "data": {"text": "from an event"}})
        assert juliet.wait("message", sender=f"{stage.room}/dash").body == "from an event"
