"""Compressed messages (permessage-deflate, RFC 7692), with ws, python3-websockets and by hand."""

import json
import zlib

import pytest

from support.peers import Node
from support.process import RUN_FOLDER
from support.raw_websocket import PING, PONG, TEXT, RawWebSocket, frame
from support.servers import Servers
from support.websocket_client import NATIVE, TOKEN, url
from support.websocket_stage import Stage, websocket_configuration

RSV1 = 4
MAX_FRAME = 65536
OFFER = "Sec-WebSocket-Extensions: permessage-deflate"
WORDS = "wherefore art thou Romeo? " * 400


@pytest.fixture(scope="module")
def deflate_servers():
    running = Servers(RUN_FOLDER / "deflate", more=websocket_configuration(rate=0, compression=True))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(deflate_servers):
    stage = Stage(deflate_servers)
    yield stage
    stage.close()


@pytest.fixture
def raw(stage):
    sockets = []

    def connect(offer=OFFER, **options):
        sockets.append(RawWebSocket(stage.port, headers=(offer,) if offer else (), **options))
        return sockets[-1]

    yield connect
    for one in sockets:
        one.close()


def packed(text, bits=15):
    """`text` as the payload of a compressed message (§7.2.1)."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -bits)
    return (deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]


def extension(client):
    lines = client.head.decode().split("\r\n")
    return next((line.partition(": ")[2] for line in lines if line.startswith("Sec-WebSocket-Extensions")), None)


class TestNegotiation:
    @pytest.mark.parametrize("offer, is_taken", [
        (None, False),
        ("permessage-deflate", True),
        ("permessage-deflate; client_max_window_bits", True),
        ("permessage-deflate; client_max_window_bits=10; server_no_context_takeover", True),
        ("permessage-deflate; server_max_window_bits=10; client_no_context_takeover", True),
        ("permessage-bzip2", False),
        ("permessage-deflate; mode=fast", False),
        ("permessage-deflate; server_max_window_bits=77", False),
    ])
    def test_an_offer_is_taken_as_the_standard_allows_or_not_at_all(self, raw, offer, is_taken):
        client = raw(offer and f"Sec-WebSocket-Extensions: {offer}")
        assert client.status == 101
        answer = extension(client)
        assert (answer is not None) == is_taken, answer
        if is_taken:
            parts = [part.strip() for part in answer.split(";")]
            assert parts[0] == "permessage-deflate"
            assert {"server_no_context_takeover", "client_no_context_takeover"} <= set(parts)
            bits = next(int(part.partition("=")[2]) for part in parts if part.startswith("server_max_window_bits"))
            assert 9 <= bits <= 11
        client.send(frame(TEXT, b'{"t":"ping","ts":1}'))
        assert json.loads(client.wait(TEXT, b'"pong"'))["ts"] == 1

    def test_what_was_not_agreed_on_ends_with_1002(self, raw):
        client = raw(None)
        client.send(frame(TEXT, packed(b'{"t":"ping"}'), reserved=RSV1))
        assert client.close_code() == 1002


class TestInbound:
    def test_compressed_and_plain_messages_are_read_in_turn(self, raw):
        client = raw()
        for number in range(5):
            text = json.dumps({"t": "ping", "ts": f"{number} {WORDS}"}).encode()
            client.send(frame(TEXT, packed(text), reserved=RSV1))
            assert json.loads(client.wait(TEXT, f'"{number} '.encode()))["ts"] == f"{number} {WORDS}"
            client.send(frame(TEXT, b'{"t":"ping","ts":"plain"}'))
            client.wait(TEXT, b'"plain"')

    def test_a_compressed_message_may_come_in_fragments_with_a_ping_between(self, raw):
        client = raw()
        payload = packed(json.dumps({"t": "ping", "ts": WORDS}).encode())
        half = len(payload) // 2
        client.send(frame(TEXT, payload[:half], final=False, reserved=RSV1) + frame(PING, b"x") +
                    frame(0, payload[half:]))
        assert client.wait(PONG) == b"x"
        assert json.loads(client.wait(TEXT, b'"pong"'))["ts"] == WORDS

    @pytest.mark.parametrize("size", [MAX_FRAME + 1, 50_000_000])
    def test_what_is_too_long_once_it_is_unpacked_ends_with_1009(self, raw, stage, size):
        before = stage.gateway.memory()
        client = raw()
        client.send(frame(TEXT, packed(b" " * size)[:MAX_FRAME - 1], reserved=RSV1))
        assert client.close_code() == 1009
        assert stage.gateway.memory() - before < 32 * 1024 * 1024

    @pytest.mark.parametrize("payload", [b"\xff" * 50, b"\x07" + b"\x00" * 30])
    def test_what_is_no_deflate_ends_the_connection_and_no_other(self, raw, stage, payload):
        other = stage.client()
        client = raw()
        client.send(frame(TEXT, payload, reserved=RSV1))
        client.close_code()
        other.send({"t": "ping", "ts": 2})
        other.wait(t="pong", ts=2)

    def test_a_compressed_control_frame_ends_with_1002(self, raw):
        client = raw()
        client.send(frame(PING, b"x", reserved=RSV1))
        assert client.close_code() == 1002


class TestOutbound:
    def test_long_records_come_compressed_and_short_ones_as_they_are(self, raw, stage):
        client = raw(path=f"/v1/ws?topic={stage.address}")
        client.wait(TEXT, b'"live"')
        stage.post("short")
        client.wait(TEXT, b"short")
        stage.post(WORDS)
        first, size = client._take(2)
        while not first & 0x40:
            client._take(size if size < 126 else int.from_bytes(client._take(2), "big"))
            first, size = client._take(2)
        payload = client._take(size if size < 126 else int.from_bytes(client._take(2), "big"))
        assert len(payload) < len(WORDS) / 10
        text = zlib.decompressobj(-11).decompress(payload + b"\x00\x00\xff\xff")
        assert json.loads(text)["text"] == WORDS

    @pytest.mark.parametrize("subscriptions", [1, 2])
    def test_ws_and_websockets_hear_the_same_compressed_as_others_do_plain(self, stage, subscriptions):
        peer = Node("clients.mjs")
        try:
            plain, python = stage.client(), stage.client(compression="deflate")
            assert peer.do("open", library="ws", url=url(stage.port), token=TOKEN, protocols=[NATIVE]) == NATIVE
            assert "permessage-deflate" in peer.do("extensions")
            for number in range(subscriptions):
                topic = f"{stage.address}/#"
                for client in (plain, python):
                    client.subscribe(topic, id=f"s{number}")
                peer.do("send", frame={"t": "sub", "id": f"s{number}", "topics": [topic]})
            peer.do("send", frame={"t": "send", "id": "c1", "to": stage.address, "text": f"first {WORDS}"})
            peer.do("wait", member="text", value=f"first {WORDS}")
            python.send({"t": "send", "to": stage.address, "text": f"last {WORDS}"})
            peer.do("wait", member="text", value=f"last {WORDS}")
            for client in (plain, python):
                client.wait(t="msg", text=f"first {WORDS}")
                client.wait(t="msg", text=f"last {WORDS}")
            assert plain.all(t="msg") == python.all(t="msg")
        finally:
            peer.close()
