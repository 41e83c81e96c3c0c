"""XMPP users and WebSocket clients in one channel."""

import pytest

from support.process import RUN_FOLDER
from support.servers import Servers
from support.websocket_client import TOKEN, http
from support.websocket_stage import READER, Stage, websocket_configuration
from support.xmpp_servers import WS_DOMAIN


@pytest.fixture(scope="module")
def websocket_servers():
    running = Servers(RUN_FOLDER / "websocket", more=websocket_configuration())
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(websocket_servers):
    stage = Stage(websocket_servers)
    yield stage
    stage.close()


class TestContact:
    def test_what_a_user_writes_to_a_channel_reaches_its_clients_and_they_answer(self, stage):
        juliet = stage.world.xmpp()
        client = stage.subscribed()

        juliet.send_message(stage.contact, "good morrow", type="chat")
        frame = client.wait(t="msg", text="good morrow")
        assert frame["from"] == stage.address
        assert frame["kind"] == "chat"
        assert frame["user"]["nick"] == juliet.name
        assert frame["cursor"] and len(frame["id"]) == 32

        receipt = client.ask({"t": "send", "id": "c1", "to": stage.address, "text": "and to you"})
        assert receipt["state"] == "accepted"
        answer = juliet.wait("message", sender=stage.contact)
        assert answer.body == "dash: and to you"
        assert answer.type == "chat"

    def test_a_subscribed_contact_is_available_and_hears_what_is_said(self, stage):
        juliet = stage.world.xmpp()
        # Servers tell of subscriptions only those who asked for the roster (RFC 6121 §2.1.6).
        juliet.query(juliet.bare_jid, "jabber:iq:roster")
        juliet.send_presence(stage.contact, "subscribe")
        juliet.wait("presence", sender=stage.contact, type="subscribed")
        juliet.wait("presence", sender=stage.contact, type="")

        stage.subscribed().send({"t": "send", "to": stage.address, "text": "hear ye"})
        juliet.wait("message", sender=stage.contact, body="dash: hear ye")


class TestRoom:
    def test_clients_are_occupants_and_both_sides_talk(self, stage):
        client = stage.subscribed(name="kitchen")
        juliet = stage.world.xmpp()
        entry = juliet.join(stage.room, juliet.name)
        assert set(entry.nicks) == {"kitchen", juliet.name}
        kitchen = next(presence for presence in entry.presences if presence.nick == "kitchen")
        assert kitchen.item["jid"] == f"{stage.channel}\\2fkitchen@{WS_DOMAIN}"
        assert entry.subject.subject == f"The channel {stage.channel}"
        client.wait(t="presence", state="online", user={"nick": juliet.name})

        message_id = juliet.send_message(stage.room, "good morrow")
        assert juliet.wait("message", id=message_id).sender == f"{stage.room}/{juliet.name}"
        assert client.wait(t="msg", text="good morrow")["user"] == {"nick": juliet.name}

        client.send({"t": "send", "to": stage.address, "text": "and to you"})
        assert juliet.wait("message", sender=f"{stage.room}/kitchen").body == "and to you"
        client.wait(t="msg", text="and to you", user={"nick": "kitchen"})

        client.close()
        juliet.wait("presence", sender=f"{stage.room}/kitchen", type="unavailable")

    def test_users_hear_each_other_and_leave(self, stage):
        juliet, romeo = stage.world.xmpp(), stage.world.xmpp("romeo")
        juliet.join(stage.room, juliet.name)
        romeo.join(stage.room, romeo.name)
        juliet.wait("presence", sender=f"{stage.room}/{romeo.name}")

        romeo.send_message(stage.room, "it is the east")
        juliet.wait("message", sender=f"{stage.room}/{romeo.name}", body="it is the east")

        romeo.leave(stage.room, romeo.name)
        juliet.wait("presence", sender=f"{stage.room}/{romeo.name}", type="unavailable")

    def test_a_taken_nick_is_refused(self, stage):
        stage.subscribed(name="kitchen")
        assert stage.world.xmpp().refused_join(stage.room, "kitchen").condition == "conflict"

    def test_a_nick_can_be_changed(self, stage):
        client = stage.subscribed()
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)
        juliet.send_presence(f"{stage.room}/other-{juliet.name}")
        juliet.wait("presence", sender=f"{stage.room}/other-{juliet.name}", statuses={110})
        client.wait(t="presence", state="online", user={"nick": f"other-{juliet.name}"})

    def test_edits_reactions_and_retractions_pass_both_ways(self, stage):
        client = stage.subscribed()
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)

        first = juliet.send_message(stage.room, "teh first")
        said = client.wait(t="msg", text="teh first")
        juliet.send_message(stage.room, "the first",
                            extra=f"<replace xmlns='urn:xmpp:message-correct:0' id='{first}'/>")
        assert client.wait(t="edit")["target"] == said["id"]

        client.ask({"t": "reactions", "id": "r1", "to": stage.address, "target": said["id"], "emoji": ["👍"]})
        juliet.wait("message", sender=f"{stage.room}/dash")

        answer = client.ask({"t": "send", "id": "m1", "to": stage.address, "text": "wrogn"})
        juliet.wait("message", sender=f"{stage.room}/dash", body="wrogn")
        client.ask({"t": "edit", "id": "e1", "to": stage.address, "target": answer["message"], "text": "wrong"})
        correction = juliet.wait("message", sender=f"{stage.room}/dash", body=lambda body: body and "wrong" in body)
        assert correction.xml.find("{urn:xmpp:message-correct:0}replace").get("id") == answer["message"]

    def test_a_thread_is_known_on_both_sides_also_later(self, stage):
        client = stage.subscribed()
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)

        message_id = juliet.send_message(stage.room, "on that matter", extra="<thread>of roses</thread>")
        assert client.wait(t="msg", text="on that matter")["thread"] == "of roses"
        assert juliet.wait("message", id=message_id).text("thread") == "of roses"
        client.send({"t": "send", "to": stage.address, "text": "what is in a name?", "thread": "of roses"})
        answer = juliet.wait("message", sender=f"{stage.room}/dash", body="what is in a name?")
        assert answer.text("thread") == "of roses"
        client.send({"t": "send", "to": stage.address, "text": "by the way"})
        assert juliet.wait("message", sender=f"{stage.room}/dash", body="by the way").text("thread") is None
        said = http(stage.port, "/v1/messages", topic=stage.address, history=3).json["messages"]
        assert [message.get("thread") for message in said] == ["of roses", "of roses", None]

        contact = stage.world.xmpp("romeo")
        contact.send_message(stage.contact, "psst", type="chat", extra="<thread>of thorns</thread>")
        assert client.wait(t="msg", text="psst")["thread"] == "of thorns"

    def test_who_speaks_for_others_takes_nobodys_name(self, stage):
        bot, other = stage.subscribed(name="bot"), stage.subscribed(name="other")
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)
        bot.send({"t": "send", "to": stage.address, "text": "good morrow", "as": juliet.name})
        words = f"{juliet.name}: good morrow"
        assert juliet.wait("message", body=words).sender == f"{stage.room}/bot"
        assert other.wait(t="msg", text=words)["user"] == {"nick": "bot"}
        bot.send({"t": "send", "to": stage.address, "text": "waves", "kind": "action", "as": "tybalt"})
        assert juliet.wait("message", body="/me tybalt waves").sender == f"{stage.room}/bot"
        error = bot.ask({"t": "send", "id": "n1", "to": f"{stage.address}/lamp", "value": True, "as": "tybalt"})
        assert (error["t"], error["code"]) == ("error", "unsupported")

    def test_a_private_message_reaches_one_client_and_is_answered(self, stage):
        client, other = stage.subscribed(name="kitchen"), stage.subscribed(name="cellar")
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)

        juliet.send_message(f"{stage.room}/kitchen", "psst", type="chat")
        assert client.wait(t="msg", text="psst")["private"] is True
        client.send({"t": "send", "to": stage.address, "text": "yes?", "only": juliet.name})
        juliet.wait("message", sender=f"{stage.room}/kitchen", type="chat", body="yes?")
        assert not other.all(text="psst")


class TestValues:
    def test_a_typed_value_is_a_number_for_clients(self, stage):
        client = stage.subscribed()
        juliet = stage.world.xmpp()
        juliet.send_message(stage.contact, "temp 21.5 °C", type="chat")
        value = client.wait(t="msg", kind="value")
        assert (value["from"], value["value"], value["unit"]) == (f"{stage.address}/temp", 21.5, "°C")
        assert value["of"] == client.wait(t="msg", kind="chat")["id"]

    def test_a_value_that_a_client_sends_is_words_for_users(self, stage):
        client = stage.subscribed()
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)
        client.ask({"t": "send", "id": "c1", "to": f"{stage.address}/lamp", "value": True})
        assert juliet.wait("message", sender=f"{stage.room}/dash").body == "lamp on"
        assert client.wait(t="msg", kind="value", **{"from": f"{stage.address}/lamp"})["value"] is True

    @pytest.mark.parametrize("text", ["temp 1e999", "temp NaN", "temp " + "9" * 10_000, "it is 5 o'clock somewhere"])
    def test_hostile_numbers_and_sentences_stay_texts(self, stage, text):
        client = stage.subscribed()
        juliet = stage.world.xmpp()
        juliet.send_message(stage.contact, text, type="chat")
        assert client.wait(t="msg", kind="chat")["text"] == text
        juliet.send_message(stage.contact, "done 1", type="chat")
        assert client.wait(t="msg", kind="value")["from"] == f"{stage.address}/done"


class TestHttp:
    def test_a_message_is_posted_once_for_each_key(self, stage):
        client = stage.subscribed()
        body = {"to": stage.address, "text": "posted"}
        first = http(stage.port, "/v1/messages", body=body, headers={"Idempotency-Key": "k1"})
        again = http(stage.port, "/v1/messages", body=body, headers={"Idempotency-Key": "k1"})
        assert first.status == again.status == 202
        assert first.json == again.json
        http(stage.port, "/v1/messages", body={"to": stage.address, "text": "end"})
        client.wait(t="msg", text="end")
        assert len(client.all(text="posted")) == 1

    def test_messages_are_read_by_cursor_and_not_taken_away(self, stage):
        for text in ("one", "two", "three"):
            http(stage.port, "/v1/messages", body={"to": stage.address, "text": text})

        def texts(**query):
            answer = http(stage.port, "/v1/messages", topic=stage.address, **query).json
            return [message["text"] for message in answer["messages"]], answer["cursor"]

        assert texts()[0] == texts()[0] == ["one", "two", "three"]
        newest, cursor = texts(limit=1)
        assert newest == ["three"]
        first = http(stage.port, "/v1/messages", topic=stage.address).json["messages"][0]["cursor"]
        assert texts(after=first, limit=1)[0] == ["two"]
        assert texts(after=cursor)[0] == []

    def test_the_last_values_are_the_state(self, stage):
        for text in ("temp 20", "temp 21", "lamp on", "hello"):
            http(stage.port, "/v1/messages", body={"to": stage.address, "text": text})
        values = http(stage.port, "/v1/state", topic=f"{stage.address}/#").json["values"]
        assert {value["from"]: value["value"] for value in values} == {
            f"{stage.address}/temp": 21, f"{stage.address}/lamp": True}

    def test_a_ticket_is_good_once(self, stage):
        ticket = http(stage.port, "/v1/tickets", method="POST", body={}).json["ticket"]
        assert http(stage.port, "/v1/messages", bearer_token="", ticket=ticket).status == 200
        assert http(stage.port, "/v1/messages", bearer_token="", ticket=ticket).status == 401

    def test_scopes_are_kept(self, stage):
        refused = http(stage.port, "/v1/messages", bearer_token=READER, body={"to": stage.address, "text": "x"})
        assert (refused.status, refused.json["error"]["code"]) == (403, "forbidden")
        assert http(stage.port, "/v1/messages", bearer_token=READER, topic="mqtt:plant/#").status == 403
        reader = stage.subscribed(token=READER)
        error = reader.ask({"t": "send", "id": "c1", "to": stage.address, "text": "x"})
        assert (error["t"], error["code"]) == ("error", "forbidden")


class TestResume:
    def test_a_client_that_was_away_gets_what_it_missed_once(self, stage):
        client = stage.subscribed()
        http(stage.port, "/v1/messages", body={"to": stage.address, "text": "heard"})
        cursor = client.wait(t="msg", text="heard")["cursor"]
        client.close()
        for number in range(500):
            http(stage.port, "/v1/messages", body={"to": stage.address, "text": f"missed {number}"})

        again = stage.client()
        again.subscribe(f"{stage.address}/#", cursor=cursor)
        http(stage.port, "/v1/messages", body={"to": stage.address, "text": "end"})
        again.wait(t="msg", text="end")
        texts = [frame["text"] for frame in again.all(t="msg", kind="chat")]
        assert texts == [f"missed {number}" for number in range(500)] + ["end"]
        assert not again.all(t="gap")

    def test_a_cursor_of_another_instance_is_answered_with_a_gap(self, stage):
        client = stage.client()
        client.subscribe(f"{stage.address}/#", cursor="e1-77")
        assert client.wait(t="gap")["reason"] == "expired"


class TestRefusals:
    @pytest.mark.parametrize("headers, status", [({"Origin": "https://evil.example"}, 403),
                                                 ({"Sec-WebSocket-Protocol": "chat"}, 400)])
    def test_bad_handshakes_are_answered_before_the_upgrade(self, stage, headers, status):
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        assert http(stage.port, "/v1/ws", headers={**upgrade, **headers}).status == status

    def test_a_wrong_token_is_401_and_one_in_the_url_400(self, stage):
        assert http(stage.port, "/v1/messages", bearer_token="").status == 401
        assert http(stage.port, "/v1/messages", bearer_token="", token=TOKEN).status == 400

    def test_without_a_token_the_first_frame_must_be_auth(self, stage):
        client = stage.client(token="")
        assert client.wait(t="hello")["auth"] == "needed"
        client.send({"t": "sub", "id": "s1", "topics": [stage.address]})
        assert client.wait_closed() == 4401

        client = stage.client(token="")
        client.send({"t": "auth", "token": TOKEN})
        client.wait(t="hello", auth="ok")
        client.subscribe(stage.address)

    def test_bad_frames_are_answered_and_the_connection_stands(self, stage):
        client = stage.client()
        deep = "[" * 10_000
        for frame in ("{", "[]", '{"t":"nonsense"}', '{"t":"sub","topics":["a b"]}', deep,
                      '{"t":"send","to":"ws:none","text":"x"}', '{"t":"send","to":"' + stage.address + '"}'):
            since = client.mark()
            client.send(frame)
            client.wait(since, t="error")
        client.subscribe(stage.address)

    def test_bytes_and_too_long_frames_close_the_connection(self, stage):
        client = stage.client()
        client.send(b"bytes")
        assert client.wait_closed() == 1003
        client = stage.client()
        client.send("x" * 70_000)
        assert client.wait_closed() == 1009
