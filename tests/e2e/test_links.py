"""Links: what is said in an IRC channel, published on an MQTT broker or sent into a WebSocket channel arrives in the
others, on real ngIRCd, mosquitto and Prosody; and MQTT topics for WebSocket clients."""

import base64
import itertools
import subprocess

import pytest

from support.irc_servers import Ngircd
from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.mqtt_world import broker_section, encoded
from support.process import RUN_FOLDER, make_folder, wait_until
from support.servers import Servers, gateway_binary, toml_table
from support.websocket_client import WebSocketClient, http
from support.world import World
from support.xmpp_servers import MQTT_DOMAIN, WS_DOMAIN

CHANNEL = "#plant"
ROOM = f"!plant@{WS_DOMAIN}"
PANEL = "a token for topics"
ALL = "a token for all"
ASKER = "a token that asks"
_numbers = itertools.count(1)


def link(name, *members, direction="both"):
    return toml_table("[[link]]", {"name": name, "members": list(members), "direction": direction})


def token(name, text, *scopes):
    return toml_table("[[websocket.token]]", {"name": name, "token": text, "scopes": list(scopes)})


def configuration(broker):
    irc = f"irc:{Ngircd.network}"
    return "\n".join([
        toml_table(f'[irc.networks."{Ngircd.network}".own]', {"nick": "bridge"}),
        toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"}),
        toml_table("[mqtt]", {"reconnect_base": "200ms"}),
        broker_section("plant", f"mqtt://127.0.0.1:{broker.port}", publish=["home/#", "exact/#"]),
        toml_table("[[component]]", {"domain": WS_DOMAIN, "adapter": "websocket"}),
        toml_table("[websocket]", {"rate": 0}),
        token("all", ALL, "read:ws:#", "send:ws:#", "state"),
        token("panel", PANEL, "read:mqtt:plant/home/#", "read:mqtt:plant/cellar/+", "send:mqtt:plant/home/+/set",
              "send:mqtt:plant/cellar/#", "state"),
        token("asker", ASKER, "read:ws:plant", "send:mqtt:plant/home/+/set"),
        *(toml_table(f"[websocket.channels.{name}]", {"title": name}) for name in ("plant", "exact", "notes")),
        link("plant", f"{irc}/{CHANNEL}", "mqtt:plant/home/#", "ws:plant"),
        link("exact", "ws:exact", "mqtt:plant/exact/topic"),
        link("notes", "ws:notes", f"{irc}/#notes", direction="out"),
    ])


class Stage:
    def __init__(self, servers, broker):
        servers.gateway.forget()
        self.world = World(servers)
        self.gateway = servers.gateway
        self.broker = broker
        self.port = servers.gateway.http_port
        self.leaving = []

    def irc(self, channel=CHANNEL):
        romeo = self.world.irc(channel=channel)

        def has_bridge():
            names = " ".join(event.text for event in romeo.all("namreply")).replace("@", "").split()
            return "bridge" in names or romeo.all("join", source="bridge")

        wait_until(has_bridge, f"the gateway is in {channel}", 20)
        return romeo

    def mqtt(self, *topics, version=5):
        peer = MqttPeer(self.broker.port, version=version)
        self.leaving.append(peer.close)
        for topic in topics:
            peer.subscribe(topic)
        return peer

    def web(self, channel="plant", secret=ALL, topics=None):
        nick = f"page{next(_numbers)}"  # those of other tests may not have left yet
        client = WebSocketClient(self.port, token=secret, name=nick)
        client.nick = nick
        self.leaving.append(client.close)
        client.subscribe(*(topics or [f"ws:{channel}/#"]))
        return client

    def xmpp(self, room=ROOM):
        juliet = self.world.xmpp()
        juliet.join(room, juliet.name)
        return juliet

    @staticmethod
    def topic(base="temp"):
        """A topic of home/ that no other test has, less that level."""
        return f"{base}{next(_numbers)}"

    def close(self):
        for leave in self.leaving:
            leave()
        self.world.close()
        self.gateway.check()


@pytest.fixture(scope="module")
def servers():
    broker = Mosquitto(make_folder(RUN_FOLDER / "links-mqtt"))
    running = Servers(RUN_FOLDER / "links", more=configuration(broker))
    broker.start()
    try:
        early = MqttPeer(broker.port)
        early.publish("home/early", "17.5", retain=True)
        early.publish("cellar/early", "8", retain=True)
        early.close()
        running.start()
        port = running.gateway.http_port

        def has_subscribed():
            return all(http(port, "/v1/state", bearer_token=PANEL, topic=f"mqtt:plant/{place}/early").json["values"]
                       for place in ("home", "cellar"))

        wait_until(has_subscribed, "the gateway has what the broker keeps", 20)
        yield running, broker
    finally:
        running.stop()
        broker.stop()


@pytest.fixture
def stage(servers):
    stage = Stage(*servers)
    yield stage
    stage.close()


def text_of(frame):
    return frame["from"], frame.get("user", {}).get("nick"), frame["text"]


class TestLinks:
    def test_a_line_of_irc_reaches_websocket_clients_and_xmpp_users_with_the_name_of_who_said_it(self, stage):
        romeo, web, juliet = stage.irc(), stage.web(), stage.xmpp()
        start = juliet.mark()
        romeo.say(CHANNEL, "good morrow")
        frame = web.wait(t="msg", text="good morrow")
        assert text_of(frame) == (f"irc:{Ngircd.network}/{CHANNEL}", romeo.nick, "good morrow")
        assert frame["to"] == "ws:plant"
        juliet.wait("message", since=start, sender=f"{ROOM}/isthmus", body=f"<{romeo.nick}> good morrow")
        romeo.act(CHANNEL, "waves")
        assert web.wait(t="msg", text="waves")["kind"] == "action"
        juliet.wait("message", since=start, sender=f"{ROOM}/isthmus", body=f"/me {romeo.nick} waves")

    def test_what_is_said_in_the_websocket_channel_is_said_on_irc_by_the_gateways_own_login(self, stage):
        romeo, web, juliet = stage.irc(), stage.web(), stage.xmpp()
        web.send({"t": "send", "to": "ws:plant", "text": "from a page"})
        romeo.wait("pubmsg", source="bridge", text=f"<{web.nick}> from a page")
        juliet.send_message(ROOM, "from a user")
        romeo.wait("pubmsg", source="bridge", text=f"<{juliet.name}> from a user")
        juliet.send_message(ROOM, "/me waves")
        romeo.wait("action", source="bridge", text=f"{juliet.name} waves")

    def test_a_value_of_a_topic_reaches_the_channel_on_irc_and_websocket_clients_as_a_number(self, stage):
        romeo, web, juliet, topic = stage.irc(), stage.web(), stage.xmpp(), stage.topic()
        start = juliet.mark()
        stage.mqtt().publish(f"home/{topic}", "21.5")
        romeo.wait("pubmsg", source="bridge", text=f"<{topic}> 21.5")
        frame = web.wait(t="msg", kind="value", **{"from": f"mqtt:plant/home/{topic}"})
        assert (frame["value"], frame["to"], frame.get("retained")) == (21.5, "ws:plant", None)
        juliet.wait("message", since=start, sender=f"{ROOM}/isthmus", body=f"<{topic}> 21.5")

    def test_a_line_that_names_a_known_topic_is_published_there_and_says_who_it_was(self, stage):
        romeo, web, topic = stage.irc(), stage.web(), stage.topic()
        sensor = stage.mqtt(f"home/{topic}")
        sensor.publish(f"home/{topic}", "21.5")
        web.wait(t="msg", kind="value", **{"from": f"mqtt:plant/home/{topic}"})
        romeo.say(CHANNEL, f"{topic}: 22.5")
        message = sensor.wait(f"home/{topic}", "22.5")
        assert ("isthmus-from", romeo.nick) in message.properties.UserProperty
        web.send({"t": "send", "to": "ws:plant", "text": f"{topic}: 23.5"})
        message = sensor.wait(f"home/{topic}", "23.5")
        assert ("isthmus-from", web.nick) in message.properties.UserProperty

    def test_talk_that_names_no_topic_stays_talk_and_is_counted(self, stage):
        romeo, web = stage.irc(), stage.web()
        listener = stage.mqtt("home/#")
        romeo.say(CHANNEL, "how do you do?")
        web.wait(t="msg", text="how do you do?")
        wait_until(lambda: b'isthmus_links_refused_total{reason="not-acceptable"}' in
                   http(stage.port, "/metrics").body, "the refusal is counted", 20)
        assert "how do you do?" not in [message.payload.decode() for message in listener.received]
        romeo.sync()
        assert romeo.all("privnotice", source="bridge") == [], "a stranger is told of no error"

    def test_a_link_with_one_topic_publishes_what_is_said(self, stage):
        web, user = stage.web("exact"), stage.xmpp(f"!exact@{WS_DOMAIN}")
        device = stage.mqtt("exact/topic")
        web.send({"t": "send", "to": "ws:exact", "text": "on"})
        device.wait("exact/topic", "on")
        user.send_message(f"!exact@{WS_DOMAIN}", "off")
        device.wait("exact/topic", "off")
        device.publish("exact/topic", '{"state": "dim"}')
        frame = web.wait(t="msg", kind="value", **{"from": "mqtt:plant/exact/topic"})
        assert frame["value"] == {"state": "dim"}

    def test_an_edit_and_a_reaction_are_shown_as_what_they_are_or_said_in_words(self, stage):
        romeo, web, juliet = stage.irc(), stage.web(), stage.xmpp()
        first = juliet.send_message(ROOM, "helo")
        said = web.wait(t="msg", text="helo")
        romeo.wait("pubmsg", source="bridge", text=f"<{juliet.name}> helo")
        juliet.send_message(ROOM, "hello", extra=f"<replace xmlns='urn:xmpp:message-correct:0' id='{first}'/>")
        assert web.wait(t="edit", text="hello")["target"] == said["id"]
        romeo.wait("pubmsg", source="bridge", text=f"<{juliet.name}> Correction: hello")
        web.send({"t": "reactions", "to": "ws:plant", "target": said["id"], "emoji": ["\U0001f339"]})
        romeo.wait("action", source="bridge", text=f"{web.nick} reacted with \U0001f339")

    def test_what_was_kept_before_is_a_last_value_and_no_news(self, stage):
        romeo = stage.irc()
        # That token reads channels only.
        assert http(stage.port, "/v1/state", bearer_token=ALL, topic="mqtt:plant/home/early").status == 403

        def kept():
            answer = http(stage.port, "/v1/state", bearer_token=PANEL, topic="mqtt:plant/home/early")
            return answer.json["values"]

        wait_until(kept, "the value that was kept is known", 20)
        assert (kept()[0]["value"], kept()[0]["retained"]) == (17.5, True)
        romeo.sync()
        assert not [event for event in romeo.all("pubmsg", source="bridge") if "17.5" in event.text]

    def test_one_way_is_from_the_first_to_the_others(self, stage):
        romeo, web = stage.irc("#notes"), stage.web("notes")
        web.send({"t": "send", "to": "ws:notes", "text": "a note"})
        romeo.wait("pubmsg", source="bridge", text=f"<{web.nick}> a note")
        romeo.say("#notes", "an answer")
        romeo.sync()
        other = stage.web("notes")
        web.send({"t": "send", "to": "ws:notes", "text": "another"})
        other.wait(t="msg", text="another")
        assert web.all(text="an answer") == []

    def test_the_own_login_is_apart_from_users_connections(self, stage):
        romeo, web, juliet = stage.irc(), stage.web(), stage.world.xmpp()
        room = stage.world.room(CHANNEL)
        juliet.join(room, juliet.name)
        juliet.send_message(room, "from her own connection")
        frame = web.wait(t="msg", text="from her own connection")
        assert frame["user"]["nick"] == juliet.name, "she is an IRC user like any other to the link"
        assert romeo.wait("pubmsg", text="from her own connection").source == juliet.name
        romeo.say("bridge", "psst")
        assert "Nobody reads" in romeo.wait("privnotice", source="bridge").text

    def test_the_own_login_comes_back_when_the_network_does(self, servers):
        running, broker = servers
        stage = Stage(running, broker)
        web = stage.web()
        ircd = running.ircds[Ngircd.network]
        ircd.stop()
        start = web.mark()
        web.wait(t="presence", state="offline", **{"from": f"irc:{Ngircd.network}/{CHANNEL}"})
        ircd.start()
        web.wait(since=start, t="presence", state="online", **{"from": f"irc:{Ngircd.network}/{CHANNEL}"})
        romeo = stage.irc()
        romeo.say(CHANNEL, "after the storm")
        web.wait(t="msg", text="after the storm")
        stage.close()


class TestTopicsOfClients:
    @staticmethod
    def panel_without_broker(stage):
        """A client that has heard that the broker is away."""
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/cellar/+"])
        stage.broker.stop()
        panel.wait(t="presence", state="offline", **{"from": "mqtt:plant/cellar/+"})
        return panel

    def test_a_token_reads_the_topics_that_its_scopes_name_live_and_by_state(self, stage):
        topic = stage.topic()
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/home/+", "mqtt:plant/cellar/+"])
        device = stage.mqtt()
        device.publish(f"cellar/{topic}", "7.5")
        frame = panel.wait(t="msg", kind="value", **{"from": f"mqtt:plant/cellar/{topic}"})
        assert (frame["value"], frame["qos"], frame.get("to")) == (7.5, 1, None)
        device.publish(f"home/{topic}", '{"temp": 20, "unit": "C"}')
        frame = panel.wait(t="msg", kind="value", **{"from": f"mqtt:plant/home/{topic}"})
        assert (frame["value"], frame["to"]) == ({"temp": 20, "unit": "C"}, "ws:plant"), "once, as the link brought it"
        assert len(panel.all(**{"from": f"mqtt:plant/home/{topic}"})) == 1
        answer = http(stage.port, "/v1/state", bearer_token=PANEL, topic="mqtt:plant/cellar/early")
        assert [(value["value"], value["retained"]) for value in answer.json["values"]] == [(8, True)]

    def test_what_no_scope_names_is_refused(self, stage):
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/home/+"])
        panel.send({"t": "sub", "id": "x", "topics": ["mqtt:plant/garage/#"]})
        assert panel.wait(t="error", id="x")["code"] == "forbidden"
        panel.send({"t": "send", "id": "y", "to": "mqtt:plant/home/lamp", "text": "on"})
        assert panel.wait(t="error", id="y")["code"] == "forbidden"
        panel.send({"t": "send", "id": "z", "to": "irc:somewhere/x", "text": "on"})
        assert panel.wait(t="error", id="z")["code"] == "forbidden"

    def test_a_switch_reaches_the_device_and_the_client_hears_that_it_did(self, stage):
        device = stage.mqtt("home/lamp/set")
        juliet = stage.world.xmpp()
        juliet.join(f"!{encoded('home/#')}%plant@{MQTT_DOMAIN}", juliet.name)
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/home/+"])
        panel.send({"t": "send", "id": "s1", "to": "mqtt:plant/home/lamp/set", "text": "ON"})
        message = device.wait("home/lamp/set", "ON")
        assert message.qos == 1 and not message.retain
        assert panel.wait(t="receipt", id="s1", state="accepted")["message"]
        panel.wait(t="receipt", id="s1", state="delivered")
        juliet.wait("message", body="ON", sender=lambda sender: sender.endswith("/lamp/set"))
        panel.send({"t": "send", "id": "s2", "to": "mqtt:plant/home/lamp/set", "value": {"level": 3}, "retain": True})
        device.wait("home/lamp/set", '{"level":3}')
        late = stage.mqtt("home/lamp/set")
        assert late.wait("home/lamp/set").retain
        device.publish("home/lamp/set", "", retain=True)

    def test_bytes_pass_both_ways(self, stage):
        device = stage.mqtt("home/camera/set")
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/cellar/+"])
        picture = bytes(range(256))
        panel.send({"t": "send", "id": "b1", "to": "mqtt:plant/home/camera/set", "ctype": "image/x",
                    "data": base64.b64encode(picture).decode()})
        message = device.wait("home/camera/set")
        assert (message.payload, message.properties.ContentType) == (picture, "image/x")
        topic = stage.topic()
        device.publish(f"cellar/{topic}", picture, ContentType="image/x", user_properties=[("k", "1"), ("k", "2")])
        frame = panel.wait(t="msg", kind="value", **{"from": f"mqtt:plant/cellar/{topic}"})
        assert base64.b64decode(frame["data"]) == picture and "value" not in frame
        assert (frame["ctype"], frame["meta"]) == ("image/x", {"k": ["1", "2"]})

    def test_a_client_that_wants_no_receipt_hears_of_errors_alone(self, stage):
        device = stage.mqtt("home/lamp/set")
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/cellar/+"])
        lamp = {"t": "send", "to": "mqtt:plant/home/lamp/set", "text": "ON"}
        panel.send({**lamp, "id": "w1", "receipt": False})
        panel.send({**lamp, "id": "w2", "to": "mqtt:plant/garage/x", "receipt": False})
        assert panel.wait(id="w2")["code"] == "forbidden"
        panel.send({**lamp, "id": "w4", "to": "mqtt:plant/cellar/lamp", "receipt": False})
        error = panel.wait(id="w4")
        assert (error["t"], error["code"]) == ("error", "forbidden"), "what the broker may not be told is no silence"
        panel.send({**lamp, "id": "w3", "receipt": True})
        panel.wait(t="receipt", id="w3", state="accepted")
        panel.wait(t="receipt", id="w3", state="delivered")
        device.wait("home/lamp/set", "ON")
        assert panel.all(id="w1") == [], "the broker has had it before the other one"

    def test_how_long_a_value_is_wanted_is_told_both_ways(self, stage):
        device = stage.mqtt("home/heater/set")
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/cellar/+"])
        for seconds in (300, 4294967295):
            panel.send({"t": "send", "to": "mqtt:plant/home/heater/set", "text": f"{seconds}", "expiry_s": seconds})
            message = device.wait("home/heater/set", f"{seconds}")
            assert min(seconds, 2**31 - 1) - 60 <= message.properties.MessageExpiryInterval <= seconds
            topic = stage.topic()
            device.publish(f"cellar/{topic}", "7.5", MessageExpiryInterval=seconds)
            frame = panel.wait(t="msg", kind="value", **{"from": f"mqtt:plant/cellar/{topic}"})
            assert seconds - 60 <= frame["expiry_s"] <= seconds

    def test_a_question_and_its_answer_pass_both_ways_with_what_tells_which_it_is(self, stage):
        device = stage.mqtt("home/oven/set", "home/clock/set")
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/cellar/+"])
        topic = stage.topic()
        panel.send({"t": "send", "id": "q1", "to": "mqtt:plant/home/oven/set", "text": "how hot?",
                    "reply_to": f"mqtt:plant/cellar/{topic}", "corr": "question 1"})
        asked = device.wait("home/oven/set", "how hot?").properties
        assert (asked.ResponseTopic, asked.CorrelationData) == (f"cellar/{topic}", b"question 1")
        device.publish(asked.ResponseTopic, "180", CorrelationData=asked.CorrelationData)
        answer = panel.wait(t="msg", kind="value", **{"from": f"mqtt:plant/cellar/{topic}"})
        assert (answer["value"], answer["corr"], answer.get("replyTo")) == (180, "question 1", None)

        topic = stage.topic()
        device.publish(f"cellar/{topic}", "what time?", ResponseTopic="home/clock/set", CorrelationData=b"question 2")
        asked = panel.wait(t="msg", kind="value", **{"from": f"mqtt:plant/cellar/{topic}"})
        panel.send({"t": "send", "to": asked["replyTo"], "text": "noon", "corr": asked["corr"]})
        assert device.wait("home/clock/set", "noon").properties.CorrelationData == b"question 2"

    def test_an_answer_is_asked_for_only_where_the_token_reads_on_the_same_network(self, stage):
        asker = stage.web(secret=ASKER, topics=["ws:plant"])
        for place, code in (("mqtt:plant/garage/x", "forbidden"), ("ws:plant", "bad-frame"), ("m1", "bad-frame")):
            error = asker.ask({"t": "send", "id": f"to {place}", "to": "mqtt:plant/home/lamp/set", "text": "?",
                               "reply_to": place})
            assert (error["t"], error["code"]) == ("error", code)

    def test_what_is_no_base64_and_what_channels_do_not_carry_is_refused(self, stage):
        web = stage.web(secret=PANEL, topics=["mqtt:plant/home/+"])
        web.send({"t": "send", "id": "n1", "to": "mqtt:plant/home/camera/set", "data": "?"})
        assert web.wait(t="error", id="n1")["code"] == "bad-frame"
        web.send({"t": "send", "id": "n3", "to": "mqtt:plant/home/camera/set", "data": "AAAA", "ctype": "a\u0000b"})
        assert web.wait(t="error", id="n3")["code"] == "bad-frame"
        web.send({"t": "send", "id": "n2", "to": "ws:plant", "data": "AAAA"})
        assert web.wait(t="error", id="n2")["code"] == "unsupported"

    def test_what_the_broker_may_not_be_told_is_answered_as_failed(self, stage):
        panel = stage.web(secret=PANEL, topics=["mqtt:plant/home/+"])
        panel.send({"t": "send", "id": "f1", "to": "mqtt:plant/cellar/lamp", "text": "ON"})
        assert panel.wait(t="receipt", id="f1", state="failed")["error"]["code"] == "forbidden"
        panel.send({"t": "edit", "id": "f2", "to": "mqtt:plant/home/lamp/set", "target": "x", "text": "y"})
        assert panel.wait(t="error", id="f2")["code"] == "unsupported"

    def test_the_page_hears_that_the_broker_is_away(self, stage):
        panel = self.panel_without_broker(stage)
        start = panel.mark()
        stage.broker.start()
        panel.wait(since=start, t="presence", state="online", **{"from": "mqtt:plant/cellar/+"})

    def test_what_expires_while_the_broker_is_away_is_never_published(self, stage):
        panel = self.panel_without_broker(stage)
        panel.send({"t": "send", "id": "e1", "to": "mqtt:plant/home/lamp/set", "text": "brief", "retain": True,
                    "expiry_s": 1})
        assert panel.wait(timeout=10, t="receipt", id="e1", state="failed")["error"]["code"] == "timeout"
        start = panel.mark()
        stage.broker.start()
        panel.wait(since=start, t="presence", state="online", **{"from": "mqtt:plant/cellar/+"})
        device = stage.mqtt("home/lamp/set")
        panel.send({"t": "send", "to": "mqtt:plant/home/lamp/set", "text": "late", "expiry_s": 60})
        device.wait("home/lamp/set", "late")
        assert device.all("home/lamp/set") == ["late"]


def checked(folder, text):
    path = make_folder(folder) / "isthmus.toml"
    path.write_text(text)
    return subprocess.run([gateway_binary(), "check", "--config", path], capture_output=True, text=True, check=False)


class TestConfiguration:
    BASE = "\n".join([
        toml_table("[xmpp]", {"secret": "s"}), toml_table("[storage]", {"path": ":memory:"}),
        toml_table("[[component]]", {"domain": "irc.example.org", "adapter": "irc"}),
        toml_table("[[component]]", {"domain": "mqtt.example.org", "adapter": "mqtt"}),
        toml_table("[mqtt.brokers.plant]", {"url": "mqtt://127.0.0.1"}),
        toml_table("[[component]]", {"domain": "ws.example.org", "adapter": "websocket"}),
        toml_table("[websocket.channels.a]", {}), toml_table("[websocket.channels.b]", {})])

    @pytest.mark.parametrize("links, expected", [
        ([link("one", "ws:a", "mqtt:plant/home/#"), link("two", "ws:b", "mqtt:plant/home/#")], None),
        ([link("one", "ws:a", "ws:b"), link("two", "ws:b", "ws:a")], ("closes a ring", 'link "one" has "ws:a"')),
        ([link("one", "ws:a", "mqtt:plant/home/#"), link("two", "mqtt:plant/home/+/temp", "ws:a")],
         ("closes a ring", "one way only")),
        ([link("one", "ws:a")], ("two members or more",)),
        ([link("one", "ws:a", "ws:c")], ("There is no channel c",)),
        ([link("one", "ws:a", "mqtt:cellar/x")], ("There is no broker cellar",)),
        ([link("one", "ws:a", "irc:irc.example.org/romeo")], ("is no channel of a network",)),
        ([link("one", "ws:a", "fax:1234")], ("irc:…, mqtt:…, ws:…",)),
        ([link("one", "ws:a", "ws:b", direction="back")], ("both", "out")),
        ([link("one", "ws:a", "ws:b"), link("one", "mqtt:plant/x", "mqtt:plant/y")], ("has this name already",)),
    ], ids=["good", "ring", "overlapping", "one-member", "channel", "broker", "person", "scheme", "direction", "name"])
    def test_check_tells_what_is_wrong_with_a_link_and_where(self, tmp_path, links, expected):
        done = checked(tmp_path, self.BASE + "\n".join(links))
        if expected is None:
            assert done.returncode == 0, done.stderr
            return
        assert done.returncode == 2, done.stdout
        lines = (self.BASE + "\n".join(links)).splitlines()
        number = int(done.stderr.split("isthmus.toml:")[1].split(":")[0])
        assert any(key in lines[number - 1] for key in ("members", "direction", "name")), done.stderr
        for text in expected:
            assert text in done.stderr, done.stderr
