"""Frames as RFC 6455 allows them and not, in the groups of the Autobahn test suite; and clients that misbehave."""

import json
import resource
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.process import RUN_FOLDER, wait_until
from support.raw_websocket import BINARY, CLOSE, PING, PONG, TEXT, RawWebSocket, frame
from support.servers import Servers
from support.websocket_client import TOKEN, http
from support.websocket_stage import Stage, websocket_configuration

MAX_FRAME = 65536


@pytest.fixture(scope="module")
def frames_servers():
    more = websocket_configuration(rate=0, auth_timeout="500ms", queue_bytes="64KiB")
    running = Servers(RUN_FOLDER / "frames", more=more)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(frames_servers):
    stage = Stage(frames_servers)
    yield stage
    stage.close()


@pytest.fixture
def raw(stage):
    sockets = []

    def connect(**options):
        sockets.append(RawWebSocket(stage.port, **options))
        return sockets[-1]

    yield connect
    for one in sockets:
        one.close()


def ping_of(size):
    """A ping frame of the schema that is `size` bytes long."""
    empty = json.dumps({"t": "ping", "ts": ""})
    return json.dumps({"t": "ping", "ts": "x" * (size - len(empty))}).encode()


class TestFraming:
    @pytest.mark.parametrize("size", [125, 126, 127, 128, 65535, 65536])
    def test_texts_of_all_lengths_are_echoed(self, raw, size):
        client = raw()
        client.send(frame(TEXT, ping_of(size)))
        pong = json.loads(client.wait(TEXT, b'"pong"'))
        assert pong["ts"] == json.loads(ping_of(size))["ts"]

    def test_an_empty_text_is_a_bad_frame_and_no_end(self, raw):
        client = raw()
        client.send(frame(TEXT))
        client.wait(TEXT, b"bad-frame")
        client.send(frame(TEXT, b'{"t":"ping"}'))
        client.wait(TEXT, b'"pong"')

    def test_a_text_byte_by_byte(self, raw):
        client = raw()
        for byte in frame(TEXT, b'{"t":"ping"}'):
            client.send(bytes([byte]))
        client.wait(TEXT, b'"pong"')

    @pytest.mark.parametrize("payload", [b"", b"hello", b"\x00\xff\xfe", b"p" * 125])
    def test_pings_are_answered_with_their_payload(self, raw, payload):
        client = raw()
        client.send(frame(PING, payload))
        assert client.wait(PONG) == payload

    def test_an_unsolicited_pong_is_passed_over(self, raw):
        client = raw()
        client.send(frame(PONG, b"what?") + frame(PING, b"x"))
        assert client.wait(PONG) == b"x"

    def test_fragments_with_a_ping_between_are_one_text(self, raw):
        client = raw()
        client.send(frame(TEXT, b'{"t":', final=False) + frame(PING, b"between") + frame(0, b'"pi', final=False) +
                    frame(0, b'ng"}'))
        assert client.wait(PONG) == b"between"
        client.wait(TEXT, b'"pong"')

    @pytest.mark.parametrize("wrong", [
        pytest.param(frame(PING, b"p" * 126), id="a ping of 126 bytes"),
        pytest.param(frame(TEXT, b"x", reserved=4), id="reserved bit 1"),
        pytest.param(frame(TEXT, b"x", reserved=2), id="reserved bit 2"),
        pytest.param(frame(TEXT, b"x", reserved=1), id="reserved bit 3"),
        *[pytest.param(frame(opcode, b"x"), id=f"opcode {opcode}") for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)],
        pytest.param(frame(0, b"x"), id="a continuation of nothing"),
        pytest.param(frame(TEXT, b'{"t":', final=False) + frame(0, b'"ping"}') + frame(0, b"x"),
                     id="a continuation of what has ended"),
        pytest.param(frame(TEXT, b"x", final=False) + frame(BINARY, b"x"), id="bytes within a text"),
        pytest.param(frame(PONG, b"x", final=False), id="a pong in fragments"),
        pytest.param(frame(PONG, b"p" * 126), id="a pong of 126 bytes"),
        pytest.param(frame(CLOSE, b"\x03\xe8", final=False), id="a close in fragments"),
        pytest.param(frame(CLOSE, b"\x03\xe8" + b"r" * 124), id="a close of 126 bytes"),
        pytest.param(frame(CLOSE, b"\x03\xe8\xff\xfe"), id="a reason to close that is no UTF-8"),
        pytest.param(b"\x81\xfe\x00\x01" + bytes(4) + b"x", id="a length in more bytes than it needs"),
        pytest.param(b"\x81\xff" + (65535).to_bytes(8, "big") + bytes(4) + b"x", id="a length in 8 bytes instead of 2"),
        pytest.param(frame(TEXT, b"x", final=False) + frame(TEXT, b"x"), id="a text within a text"),
        pytest.param(frame(PING, b"x", final=False), id="a ping in fragments"),
        pytest.param(frame(TEXT, b"x", masked=False), id="not masked"),
        pytest.param(frame(CLOSE, b"\x03"), id="a close of one byte"),
        *[pytest.param(frame(CLOSE, code.to_bytes(2, "big")), id=f"close {code}")
          for code in (0, 999, 1004, 1005, 1006, 1016, 2999)],
    ])
    def test_what_the_protocol_forbids_ends_with_1002(self, raw, stage, wrong):
        client = raw()
        client.send(wrong)
        assert client.close_code() == 1002
        assert http(stage.port, "/healthz").status == 200

    @pytest.mark.parametrize("text", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"ab\xe2\x82",
                                      "κόσμε".encode() + b"\xed\xa0\x80edited"])
    def test_a_text_that_is_no_utf8_ends_with_1007(self, raw, text):
        client = raw()
        client.send(frame(TEXT, text))
        assert client.close_code() == 1007

    def test_a_fragment_that_is_no_utf8_ends_it_before_the_rest_comes(self, raw):
        client = raw()
        client.send(frame(TEXT, b'{"t":"\xff', final=False))
        assert client.close_code() == 1007

    def test_a_close_without_a_code_is_answered_and_what_follows_is_not_read(self, raw, stage):
        other = stage.subscribed()
        client = raw()
        client.send(frame(CLOSE) + frame(TEXT, json.dumps({"t": "send", "to": stage.address, "text": "late"}).encode()))
        assert client.close_code() in (1000, 1005)
        stage.post("later")
        other.wait(t="msg", text="later")
        assert not other.all(t="msg", text="late")

    def test_ten_pings_at_once_have_ten_answers_in_their_order(self, raw):
        client = raw()
        client.send(b"".join(frame(PING, bytes([number])) for number in range(10)))
        assert [client.wait(PONG) for _ in range(10)] == [bytes([number]) for number in range(10)]

    def test_a_code_point_may_be_cut_by_fragments(self, raw):
        client = raw()
        text = '{"t":"ping","ts":"€"}'.encode()
        cut = text.index("€".encode()) + 1
        client.send(frame(TEXT, text[:cut], final=False) + frame(0, text[cut:]))
        assert json.loads(client.wait(TEXT, b'"pong"'))["ts"] == "€"

    @pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
    def test_a_close_is_answered(self, raw, code):
        client = raw()
        client.send(frame(CLOSE, code.to_bytes(2, "big") + b"bye"))
        assert client.close_code() in (code, 1000)

    def test_bytes_end_with_1003(self, raw):
        client = raw()
        client.send(frame(BINARY, b"\x00"))
        assert client.close_code() == 1003

    @pytest.mark.parametrize("much", [
        pytest.param(frame(TEXT, b"x" * (MAX_FRAME + 1)), id="one frame"),
        pytest.param(frame(TEXT, b"x" * MAX_FRAME, final=False) + frame(0, b"x"), id="fragments"),
        pytest.param(frame(TEXT, b"x", length=2 ** 40), id="a claim"),
        pytest.param(frame(TEXT, b"x", length=2 ** 63 - 1), id="the largest claim"),
        pytest.param(frame(TEXT, b"x", length=2 ** 64 - 1), id="a claim beyond what the protocol allows"),
    ])
    def test_what_is_too_long_ends_with_1009(self, raw, much):
        client = raw()
        client.send(much)
        assert client.close_code() == 1009


class TestHandshake:
    @pytest.mark.parametrize("headers, status", [
        pytest.param(("Origin: https://evil.example",), 403, id="a foreign origin"),
        pytest.param(("Origin: null",), 403, id="no origin of a page"),
        pytest.param(("Origin: http://127.0.0.1",), 101, id="our own origin"),
        pytest.param(("Sec-WebSocket-Protocol: chat, superchat",), 400, id="unknown subprotocols"),
        pytest.param(("Sec-WebSocket-Protocol: chat, isthmus.v1.json",), 101, id="one that is known"),
        pytest.param(("X: " + "x" * 9000,), 431, id="too long a head"),
    ])
    def test_is_answered_before_the_upgrade(self, raw, headers, status):
        assert raw(headers=headers).status == status

    def test_the_token_as_a_subprotocol_is_not_sent_back(self, raw):
        encoded = __import__("base64").urlsafe_b64encode(TOKEN.encode()).decode().rstrip("=")
        client = raw(token="", headers=(f"Sec-WebSocket-Protocol: isthmus.v1.json, isthmus.bearer.{encoded}",))
        assert client.status == 101
        assert b"Sec-WebSocket-Protocol: isthmus.v1.json\r\n" in client.head + b"\r\n"
        assert encoded.encode() not in client.head
        client.wait(TEXT, b'"auth":"ok"')

    def test_an_unknown_token_is_401(self, raw):
        assert raw(token="nonsense").status == 401

    def test_whoever_does_not_authenticate_in_time_is_closed_with_4408(self, raw):
        assert raw(token="").close_code() == 4408

    def test_a_slow_handshake_is_given_up_and_others_are_served(self, stage):
        slow = [socket.create_connection(("127.0.0.1", stage.port)) for _ in range(100)]
        try:
            for one in slow:
                one.sendall(b"GET /v1/ws HTTP/1.1\r\nHost: a\r\n")
            assert http(stage.port, "/healthz").status == 200
            slow[0].settimeout(20)
            assert slow[0].recv(100) == b"", "the first is closed"
        finally:
            for one in slow:
                one.close()

    def test_failed_attempts_are_limited(self, stage):
        # From an address of its own, so that no other test waits for its tokens.
        def attempt():
            with socket.create_connection(("127.0.0.1", stage.port), 20, ("127.0.0.77", 0)) as one:
                one.sendall(b"GET /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\n\r\n")
                return int(one.recv(100).split()[1])

        statuses = [attempt() for _ in range(12)]
        assert statuses[:10] == [401] * 10
        assert 429 in statuses[10:]
        assert http(stage.port, "/v1/messages").status == 200


class TestMisbehaving:
    def test_json_of_depth_ten_thousand_is_a_bad_frame(self, raw):
        client = raw()
        client.send(frame(TEXT, b'{"t":"ping","ts":' + b"[" * 10_000 + b"]" * 10_000 + b"}"))
        client.wait(TEXT, b"bad-frame")

    def test_a_client_that_never_reads_delays_nobody_and_costs_little(self, stage, raw):
        deaf = raw()
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
        deaf.send(frame(TEXT, json.dumps({"t": "sub", "id": "s", "topics": [stage.address], "policy": "drop-oldest"})
                        .encode()))
        hears = stage.subscribed()
        before = stage.gateway.memory()
        words = "w" * 8_000
        for number in range(1_000):
            hears.send({"t": "send", "to": stage.address, "text": f"{number} {words}"})
        hears.wait(t="msg", text=f"999 {words}", timeout=60)
        assert stage.gateway.memory() - before < 128 * 1024 * 1024  # history included
        deaf.wait(TEXT, b'"t":"gap"')

    def test_a_slow_client_that_wishes_so_is_closed_with_4429(self, stage, raw):
        deaf = raw()
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
        deaf.send(frame(TEXT, json.dumps({"t": "sub", "id": "s", "topics": [stage.address], "policy": "disconnect"})
                        .encode()))
        deaf.wait(TEXT, b'"live"')
        talks = stage.client()
        for _ in range(900):
            talks.send({"t": "send", "to": stage.address, "text": "w" * 8_000})
        talks.ask({"t": "send", "id": "end", "to": stage.address, "text": "by now all of it has been told"})
        assert deaf.close_code() == 4429

    def test_ten_thousand_connections_that_say_nothing_are_bounded_and_others_are_served(self, stage):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        memory, silent = stage.gateway.memory(), []
        try:
            for number in range(min(10_000, most - 500)):
                silent.append(socket.create_connection(("127.0.0.1", stage.port), 20, ("127.0.0.66", 0)))
                if number % 2_500 == 0:
                    assert http(stage.port, "/healthz").status == 200
            assert http(stage.port, "/healthz").status == 200
            silent[-1].settimeout(20)
            assert silent[-1].recv(1) == b"", "one address has no more than its share"
            assert stage.gateway.memory() - memory < 64 * 1024 * 1024
        finally:
            for one in silent:
                one.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, before)

    def test_a_thousand_clients_connect_and_all_hear_the_same(self, stage):
        with ThreadPoolExecutor(16) as pool:
            clients = list(pool.map(lambda _: RawWebSocket(stage.port, f"/v1/ws?topic={stage.address}"), range(1_000)))
        try:
            stage.post("to all of you")
            for client in clients:
                client.wait(TEXT, b"to all of you")
        finally:
            for client in clients:
                client.close()
        wait_until(lambda: http(stage.port, "/healthz").status == 200, "it serves others")

    def test_a_connection_that_ends_without_a_word_leaves_the_channel(self, stage, raw):
        client = raw(path=f"/v1/ws?topic={stage.address}&name=gone")
        client.wait(TEXT, b'"live"')
        other = stage.subscribed()
        client.close()
        other.wait(t="presence", state="offline", user={"nick": "gone"})
