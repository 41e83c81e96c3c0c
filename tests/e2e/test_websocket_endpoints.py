"""Endpoints of others that the gateway connects to: a server on the ws library speaks, users and clients hear it and
answer."""

import json
import subprocess

import pytest

from support.certificates import Authority
from support.peers import Node
from support.process import RUN_FOLDER, free_port, make_folder, wait_until
from support.servers import Servers, gateway_binary, toml_table
from support.websocket_client import WebSocketClient, http
from support.websocket_stage import websocket_configuration
from support.world import World
from support.xmpp_servers import WS_DOMAIN

CONTACT = f"feed%@{WS_DOMAIN}"
ROOM = f"!feed%@{WS_DOMAIN}"


class Feed:
    """A server on the ws library, on a port that stays the same."""

    def __init__(self, port, is_greeted=False, **options):
        self.port = port
        self.is_greeted = is_greeted
        self.options = options
        self.peer = None
        self.start()

    def start(self):
        self.peer = Node("clients.mjs")
        self.peer.do("serve", port=self.port, **self.options)

    def stop(self):
        if self.peer is not None:
            self.peer.close()
        self.peer = None

    def connected(self):
        """What the client's request said, once one is connected and has said hello, if it does."""
        request = self.peer.do("connected")
        if self.is_greeted:
            self.wait("op", "subscribe")
        return request

    def tell(self, frame):
        self.peer.do("tell", text=frame if isinstance(frame, str) else json.dumps(frame))

    def wait(self, member, value):
        return self.peer.do("wait", member=member, value=value)


def endpoint(name, port, scheme="ws", **more):
    return toml_table(f"[websocket.endpoints.{name}]", {
        "url": f"{scheme}://localhost:{port}/stream?all=1", "plain": True, "addresses": ["127.0.0.1", "::1"],
        "reconnect_base": "100ms", "reconnect_max": "300ms", **more})


def refusal(port, address):
    """Why there is no connection to that endpoint, once the gateway has tried."""
    def told():
        return [one for one in http(port, "/v1/state", topic=address).json["values"] if one["state"] == "offline"]

    return wait_until(told, f"{address} is offline", 20)[0]["status"]


@pytest.fixture(scope="module")
def feeds():
    folder = make_folder(RUN_FOLDER / "endpoints-certificates")
    authority = Authority(folder, "authority")
    made = authority.certificate_for("localhost")
    ports = [free_port() for _ in range(4)]
    more = "\n".join([
        websocket_configuration(channels=["plant"]),
        endpoint("feed", ports[0], title="A feed", headers=["X-Key: open sesame"], bearer="a secret",
                 subprotocols=["feed.v2", "feed.v1"], hello=['{"op":"subscribe","all":true}'],
                 heartbeat='{"op":"beat"}', heartbeat_every="1s", text="/text", topic="/data/sensor",
                 value="/data/value", sender="/user/name", send='{"say":"${text}","by":"${nick}"}'),
        endpoint("safe", ports[1], scheme="wss", ca_file=authority.certificate),
        endpoint("strange", ports[2], scheme="wss"),
        toml_table("[websocket.endpoints.private]", {"url": f"ws://127.0.0.1:{ports[3]}/", "plain": True,
                                                     "reconnect_base": "100ms"}),
    ])
    running = Servers(RUN_FOLDER / "endpoints", more=more)
    feed = Feed(ports[0], is_greeted=True, protocols=["feed.v1"])
    safe = Feed(ports[1], certificate=made.chain, key=made.key)
    strange = Feed(ports[2], certificate=made.chain, key=made.key)
    try:
        running.start()
        yield running, feed, safe
    finally:
        running.stop()
        for one in (feed, safe, strange):
            one.stop()


@pytest.fixture
def world(feeds):
    world = World(feeds[0])
    yield world
    world.close()
    feeds[0].gateway.check()


@pytest.fixture
def client(feeds):
    client = WebSocketClient(feeds[0].gateway.http_port)
    client.subscribe("ws:#", history=0)
    yield client
    client.close()


class TestEndpoint:
    def test_it_is_greeted_as_the_configuration_says(self, feeds):
        feed = feeds[1]
        request = feed.connected()
        assert (request["url"], request["protocol"]) == ("/stream?all=1", "feed.v1")
        assert request["headers"]["x-key"] == "open sesame"
        assert request["headers"]["authorization"] == "Bearer a secret"
        assert request["headers"]["sec-websocket-protocol"] == "feed.v2, feed.v1"
        assert feed.wait("op", "subscribe")["all"] is True
        feed.wait("op", "beat")

    def test_what_it_says_reaches_users_and_clients(self, feeds, world, client):
        feed = feeds[1]
        feed.connected()
        juliet = world.xmpp()
        juliet.join(ROOM, juliet.name)
        feed.tell({"data": {"sensor": "temp", "value": 21.5}})
        assert juliet.wait("message", sender=f"{ROOM}/feed").body == "temp 21.5"
        assert client.wait(t="msg", kind="value", **{"from": "ws:feed%/temp"})["value"] == 21.5
        feed.tell({"text": "good morrow", "user": {"name": "romeo"}})
        juliet.wait("message", sender=f"{ROOM}/romeo", body="good morrow")
        assert client.wait(t="msg", text="good morrow")["user"]["nick"] == "romeo"
        for frame in ("no JSON", '{"ok":true}', "[" * 10_000, {"data": {"value": {}}}):
            feed.tell(frame)
        feed.tell({"text": "the end"})
        client.wait(t="msg", text="the end")
        assert [frame["text"] for frame in client.all(t="msg", kind="chat") if frame["from"] == "ws:feed%"][-2:] == [
            "good morrow", "the end"]

    def test_a_contact_hears_it_in_its_own_name_and_answers(self, feeds, world):
        feed = feeds[1]
        feed.connected()
        juliet = world.xmpp()
        juliet.send_message(CONTACT, "say \"hello\"", type="chat")
        assert feed.wait("say", "say \"hello\"")["by"]
        feed.tell({"text": "and to you"})
        juliet.wait("message", sender=CONTACT, body="and to you")
        feed.tell({"text": "hey", "user": {"name": "romeo"}})
        juliet.wait("message", sender=CONTACT, body="romeo: hey")

    def test_clients_and_requests_speak_to_it_too(self, feeds, client):
        feed, port = feeds[1], feeds[0].gateway.http_port
        feed.connected()
        client.ask({"t": "send", "id": "c1", "to": "ws:feed%", "text": "from a frame"})
        assert feed.wait("say", "from a frame")["by"].startswith("dash")
        assert http(port, "/v1/messages", body={"to": "ws:feed%", "text": "from a request"}).status == 202
        feed.wait("say", "from a request")
        refused = client.ask({"t": "retract", "id": "c2", "to": "ws:feed%", "target": "x"})
        assert (refused["t"], refused["code"]) == ("error", "unsupported")

    def test_its_presence_is_the_state_of_the_link_and_it_comes_back(self, feeds, world, client):
        feed = feeds[1]
        feed.connected()
        juliet = world.xmpp()
        juliet.query(juliet.bare_jid, "jabber:iq:roster")
        juliet.send_presence(CONTACT, "subscribe")
        juliet.wait("presence", sender=CONTACT, type="")
        since, marked = juliet.mark(), client.mark()
        feed.stop()
        try:
            juliet.wait("presence", since=since, sender=CONTACT, type="unavailable", timeout=20)
            client.wait(marked, t="presence", state="offline", **{"from": "ws:feed%"})
            refused = client.ask({"t": "send", "id": "c3", "to": "ws:feed%", "text": "lost"})
            assert (refused["t"], refused["code"]) == ("error", "offline")
            juliet.send_message(CONTACT, "lost too", type="chat")
            juliet.wait("message", sender=CONTACT, type="error", timeout=20)
            since, marked = juliet.mark(), client.mark()
        finally:
            feed.start()
        feed.connected()
        juliet.wait("presence", since=since, sender=CONTACT, type="", timeout=20)
        client.wait(marked, t="presence", state="online", **{"from": "ws:feed%"})
        feed.tell({"text": "here again"})
        client.wait(marked, t="msg", text="here again")

    def test_over_tls_with_a_certificate_that_is_trusted_and_not_else(self, feeds, client):
        safe = feeds[2]
        safe.connected()
        safe.tell("temp 21.5")
        assert client.wait(t="msg", kind="value", **{"from": "ws:safe%/temp"})["value"] == 21.5
        refused = client.ask({"t": "send", "id": "c4", "to": "ws:safe%", "text": "x"})
        assert (refused["t"], refused["code"]) == ("error", "unsupported")
        assert "not trusted" in refusal(feeds[0].gateway.http_port, "ws:strange%")

    def test_a_private_address_that_is_not_listed_is_not_connected_to(self, feeds):
        assert "none of the public internet" in refusal(feeds[0].gateway.http_port, "ws:private%")


class TestCheck:
    @pytest.mark.parametrize("keys, complaint", [
        ({"url": "wss://feed.example.net/x"}, None),
        ({"url": "http://feed.example.net/"}, "is no URL such as"),
        ({"url": "ws://feed.example.net/"}, "use wss://"),
        ({"url": "wss://a", "text": "no/pointer"}, "is no JSON pointer"),
        ({"url": "wss://a", "sender": "/who"}, "there is one for text or for value"),
        ({"url": "wss://a", "send": "hello"}, "are what can stand there"),
        ({"url": "wss://a", "headers": ["nonsense"]}, "a header is"),
        ({"url": "wss://a", "addresses": ["localhost"]}, "is no IP address"),
    ])
    def test_mistakes_are_told(self, folder, keys, complaint):
        config = folder / "isthmus.toml"
        config.write_text('[xmpp]\nsecret = "s"\n[storage]\npath = ":memory:"\n' +
                          toml_table("[[component]]", {"domain": WS_DOMAIN, "adapter": "websocket"}) +
                          toml_table("[websocket.endpoints.feed]", keys))
        checked = subprocess.run([gateway_binary(), "--config", config, "check"], capture_output=True, text=True,
                                 timeout=60)
        said = checked.stdout + checked.stderr
        assert (checked.returncode == 0) == (complaint is None), said
        assert complaint is None or complaint in said, said

    def test_connect_tries_each_endpoint(self, folder):
        feed, port = Feed(free_port()), free_port()
        config = folder / "isthmus.toml"
        config.write_text("\n".join([
            toml_table("[xmpp]", {"port": free_port(), "secret": "s"}), toml_table("[storage]", {"path": ":memory:"}),
            toml_table("[[component]]", {"domain": WS_DOMAIN, "adapter": "websocket"}),
            endpoint("feed", feed.port), endpoint("nobody", port),
            toml_table("[websocket.endpoints.private]", {"url": f"ws://127.0.0.1:{port}/", "plain": True})]))
        try:
            checked = subprocess.run([gateway_binary(), "--config", config, "check", "--connect"], capture_output=True,
                                     text=True, timeout=90)
            said = checked.stdout.splitlines()
            assert f"feed (ws://localhost:{feed.port}): good" in said
            nobody, = [line for line in said if line.startswith("nobody ")]
            assert nobody.endswith("(see [websocket.endpoints.nobody])")
            private, = [line for line in said if line.startswith("private ")]
            assert "none of the public internet" in private
            assert checked.returncode == 1
        finally:
            feed.stop()
