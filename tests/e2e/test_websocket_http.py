"""What needs no WebSocket: server-sent events, the API of matterbridge, the AsyncAPI document; and tokens that end."""

import datetime
import json
import socket
import subprocess

import pytest

from support.peers import PEERS
from support.process import RUN_FOLDER
from support.servers import Servers, toml_table
from support.websocket_client import TOKEN, WebSocketClient, http
from support.websocket_stage import READER, Stage, websocket_configuration

SHORT = "a token that ends soon"


@pytest.fixture(scope="module")
def http_servers():
    running = Servers(RUN_FOLDER / "http", more=websocket_configuration())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(http_servers):
    stage = Stage(http_servers)
    yield stage
    stage.close()


class Stream:
    """A response that goes on, read line by line."""

    def __init__(self, port, path, token=TOKEN, headers=()):
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value

    def line(self):
        """The next line that is not empty; None at the end."""
        while line := self.file.readline():
            if line.strip():
                return line.decode().rstrip("\n")
        return None

    def event(self):
        """(id, data) of the next event."""
        identifier = ""
        while line := self.line():
            if line.startswith("id: "):
                identifier = line[4:]
            if line.startswith("data: "):
                return identifier, json.loads(line[6:])
        return None

    def close(self):
        self.file.close()
        self.socket.close()


class TestEvents:
    def test_what_happens_is_told_as_events_and_goes_on_after_the_last_one(self, stage):
        path = f"/v1/events?topic={stage.address}"
        stream = Stream(stage.port, path)
        assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
        stage.post("one")
        cursor, data = stream.event()
        assert (data["t"], data["text"], data["cursor"]) == ("msg", "one", cursor)
        stream.close()

        stage.post("two")
        stage.post("three")
        stream = Stream(stage.port, path, headers=(f"Last-Event-ID: {cursor}",))
        assert [stream.event()[1]["text"] for _ in range(2)] == ["two", "three"]
        stream.close()

    def test_a_flat_stream_of_values(self, stage):
        stream = Stream(stage.port, f"/v1/events?format=flat&topic={stage.address}/%23")
        stage.post("temp 21.5")
        assert stream.event()[1]["text"] == "temp 21.5"
        value = stream.event()[1]
        assert (value["topic"], value["value"]) == (f"{stage.channel}/temp", 21.5)
        stream.close()

    def test_what_the_token_may_not_read_is_refused(self, stage):
        stream = Stream(stage.port, "/v1/events?topic=mqtt:plant/%23")
        assert stream.status == 403
        stream.close()

    def test_a_page_of_another_origin_is_refused_and_a_listed_method_answered(self, stage):
        assert http(stage.port, "/v1/messages", headers={"Origin": "https://evil.example"}).status == 403
        ours = f"http://127.0.0.1:{stage.port}"
        answer = http(stage.port, "/v1/messages", method="OPTIONS", bearer_token="", headers={"Origin": ours})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, ours)


class TestBridgeApi:
    def test_messages_are_told_to_each_token_once(self, stage):
        for token in (TOKEN, READER):
            http(stage.port, "/api/messages", bearer_token=token)  # what was before
        sent = {"text": "from a bot", "username": "bot", "gateway": stage.channel}
        assert http(stage.port, "/api/message", body=sent).status == 200
        for token in (TOKEN, READER):
            message, = http(stage.port, "/api/messages", bearer_token=token).json
            assert (message["text"], message["username"]) == ("bot: from a bot", "dash")
            assert message["gateway"] == stage.channel
            assert http(stage.port, "/api/messages", bearer_token=token).json == []

    def test_a_stream_of_lines(self, stage):
        stream = Stream(stage.port, f"/api/stream?topic={stage.address}")
        juliet = stage.world.xmpp()
        juliet.send_message(stage.contact, "good morrow", type="chat")
        message = json.loads(stream.line())
        assert (message["text"], message["username"]) == ("good morrow", juliet.name)
        stream.close()

    def test_a_websocket_of_messages(self, stage):
        bot = stage.client(path="/api/websocket", protocols=(), topic=stage.address)
        bot.send({"text": "from a bot", "username": "bot", "gateway": stage.channel})
        message = bot.wait(text="bot: from a bot")
        assert (message["gateway"], message["account"]) == (stage.channel, "api.isthmus")
        assert not bot.all(t=lambda kind: kind is not None)

    def test_health_and_refusals(self, stage):
        assert http(stage.port, "/api/health", bearer_token="").body == b"OK"
        assert http(stage.port, "/api/messages", bearer_token="").status == 401
        message = {"text": "x", "gateway": stage.channel}
        assert http(stage.port, "/api/message", bearer_token=READER, body=message).status == 403
        assert http(stage.port, "/api/message", body={"text": "x"}).status == 400


class TestDocument:
    def test_the_asyncapi_document_is_valid(self, stage):
        document = http(stage.port, "/asyncapi.json", bearer_token="").body
        program = ("import all from '@asyncapi/parser'; import { readFileSync } from 'node:fs';"
                   "const { document, diagnostics } = await new all.Parser().parse(readFileSync(0, 'utf8'));"
                   "const errors = diagnostics.filter((one) => one.severity === 0).map((one) => one.message);"
                   "console.log(JSON.stringify({ errors, version: document?.version() }));")
        ended = subprocess.run(["node", "--input-type=module", "-e", program], input=document, cwd=PEERS,
                               capture_output=True, timeout=60, check=True)
        assert json.loads(ended.stdout) == {"errors": [], "version": "3.0.0"}


class TestTokensThatEnd:
    def test_a_token_that_expires_closes_its_connections(self, own_world):
        # Long enough for a slow start.
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=15)
        token = toml_table("[[websocket.token]]", {"name": "short", "token": SHORT, "scopes": ["read:ws:#"],
                                                   "expires": until.strftime("%Y-%m-%dT%H:%M:%SZ")})
        world = own_world(more=websocket_configuration(["plant"]) + "\n" + token)
        port = world.gateway.http_port
        client = WebSocketClient(port, token=SHORT)
        stream = Stream(port, "/v1/events", token=SHORT)
        assert client.wait_closed() == 4401
        assert stream.line() is None
        stream.close()
        assert http(port, "/v1/messages", bearer_token=SHORT).status == 401
