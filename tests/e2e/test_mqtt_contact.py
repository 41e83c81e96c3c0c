"""Topics as contacts: values as presence and messages, and what users write as publications."""

import json

import pytest

RECEIPT = "<request xmlns='urn:xmpp:receipts'/>"
RECEIVED = "{urn:xmpp:receipts}received"
JSON = "{urn:xmpp:json:0}json"


def payload_json(stanza):
    return json.loads(next(stanza.xml.iter(JSON)).text)


class TestReading:
    def test_a_value_arrives_in_chat_and_as_presence(self, mqtt_world):
        topic = mqtt_world.topic("home/kitchen/temp")
        juliet = mqtt_world.subscribed(topic)
        device = mqtt_world.mqtt()

        device.publish(topic, "21.5")

        message = juliet.wait("message", type="chat", body="21.5")
        assert message.sender == mqtt_world.contact(topic)
        presence = juliet.wait("presence", sender=mqtt_world.contact(topic), type="",
                               xml=lambda xml: xml.findtext("{jabber:client}status") == "21.5")
        assert presence.text("show") is None

    def test_a_retained_value_is_presence_alone(self, mqtt_world):
        topic = mqtt_world.topic()
        device = mqtt_world.mqtt()
        device.publish(topic, "kept", retain=True)

        juliet = mqtt_world.subscribed(topic)

        juliet.wait("presence", sender=mqtt_world.contact(topic),
                    xml=lambda xml: xml.findtext("{jabber:client}status") == "kept")
        device.publish(topic, "news")
        juliet.wait("message", body="news")
        assert not juliet.all("message", body="kept")

    def test_a_value_that_is_to_be_kept_is_news_when_it_is_published(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)
        mqtt_world.mqtt().publish(topic, "news", retain=True)
        juliet.wait("message", body="news")

    def test_json_is_readable_and_there_whole(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)

        mqtt_world.mqtt().publish(topic, '{"temperature": 21.5, "on": true}')

        message = juliet.wait("message", body="temperature: 21.5\non: true")
        assert payload_json(message)["value"] == {"temperature": 21.5, "on": True}
        assert payload_json(message)["from"] == topic

    def test_binary_is_named(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)

        mqtt_world.mqtt().publish(topic, b"\xff\x00\x01")

        message = juliet.wait("message", body=lambda body: body.startswith("binary, 3 bytes"))
        assert payload_json(message)["data"] == "/wAB"

    def test_a_filter_is_a_digest(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet = mqtt_world.subscribed(f"{base}/+/temp")

        mqtt_world.mqtt().publish(f"{base}/kitchen/temp", "21")

        message = juliet.wait("message", body="kitchen/temp: 21")
        assert message.sender == mqtt_world.contact(f"{base}/+/temp")

    def test_capitals_are_another_topic(self, mqtt_world):
        small = mqtt_world.topic("case/a")
        large = small.replace("/a", "/A")
        juliet = mqtt_world.subscribed(small)
        mqtt_world.subscribed(large, juliet)
        device = mqtt_world.mqtt()

        device.publish(large, "large")
        device.publish(small, "small")

        assert juliet.wait("message", body="small").sender == mqtt_world.contact(small)
        assert juliet.wait("message", body="large").sender == mqtt_world.contact(large)

    def test_unsubscribing_ends_it(self, mqtt_world):
        topic, other = mqtt_world.topic(), mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)
        mqtt_world.subscribed(other, juliet)
        juliet.send_presence(mqtt_world.contact(topic), type="unsubscribe")
        juliet.wait("presence", sender=mqtt_world.contact(topic), type="unavailable")
        device = mqtt_world.mqtt()

        device.publish(topic, "unheard")
        device.publish(other, "heard")

        juliet.wait("message", body="heard")
        assert not juliet.all("message", body="unheard")


class TestWriting:
    def test_what_is_written_is_published_and_then_acknowledged(self, mqtt_world):
        topic = mqtt_world.topic("home/lamp/set")
        device = mqtt_world.mqtt(topic)
        juliet = mqtt_world.xmpp()

        message_id = juliet.send_message(mqtt_world.contact(topic), "ON", type="chat", extra=RECEIPT)

        message = device.wait(topic, "ON")
        assert not message.retain
        receipt = juliet.wait("message", sender=mqtt_world.contact(topic), xml=lambda xml: xml.find(RECEIVED) is not None)
        assert receipt.xml.find(RECEIVED).get("id") == message_id

    def test_retained_on_request(self, mqtt_world):
        topic = mqtt_world.topic("home/lamp/set")
        juliet = mqtt_world.xmpp()
        message = juliet.send_message(mqtt_world.contact(topic), "/retain ON", type="chat", extra=RECEIPT)
        juliet.wait("message", xml=lambda xml: xml.find(RECEIVED) is not None and xml.find(RECEIVED).get("id") == message)

        assert mqtt_world.mqtt(topic).wait(topic, "ON").retain

    def test_a_filter_takes_nothing(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        message_id = juliet.send_message(mqtt_world.contact("home/#"), "ON", type="chat")
        assert juliet.wait("message", id=message_id).condition == "not-allowed"

    def test_commands_are_answered_and_not_published(self, mqtt_world):
        topic = mqtt_world.topic()
        device = mqtt_world.mqtt(topic)
        juliet = mqtt_world.subscribed(topic)
        contact = mqtt_world.contact(topic)

        juliet.send_message(contact, "/help", type="chat")
        juliet.wait("message", body=lambda body: "/retain" in body)
        juliet.send_message(contact, "/nonsense", type="chat")
        juliet.wait("message", body=lambda body: body.startswith("There is no /nonsense"))
        juliet.send_message(contact, "//slash", type="chat")
        device.wait(topic, "/slash")
        assert device.all(topic) == ["/slash"]

    def test_the_last_value_on_request(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)
        mqtt_world.mqtt().publish(topic, "42")
        juliet.wait("message", body="42")

        juliet.send_message(mqtt_world.contact(topic), "/get", type="chat")

        juliet.wait("message", body=lambda body: body.startswith("42 ("))

    def test_ones_own_words_do_not_come_back(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)
        romeo = mqtt_world.subscribed(topic)
        device = mqtt_world.mqtt(topic)

        juliet.send_message(mqtt_world.contact(topic), "mine", type="chat")

        romeo.wait("message", body="mine")
        device.wait(topic, "mine")
        device.publish(topic, "end")
        juliet.wait("message", body="end")
        assert not juliet.all("message", body="mine")
        assert len(romeo.all("message", body="mine")) == 1


class TestRefusals:
    def test_what_the_broker_refuses_is_forbidden(self, own_mqtt_world):
        world = own_mqtt_world()  # with MQTT 5, which tells; mosquitto closes the connection behind its answer
        juliet = world.xmpp()
        contact = world.contact(world.topic("secret/x"))

        message_id = juliet.send_message(contact, "mine", type="chat", extra=RECEIPT)

        assert juliet.wait("message", id=message_id).condition == "forbidden"

    def test_no_topic(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        for local, condition in (("home\\2ftemp", "item-not-found"), ("a#b%plant", "jid-malformed"),
                                 ("home%nowhere", "item-not-found")):
            message_id = juliet.send_message(f"{local}@mqtt.example.org", "x", type="chat")
            assert juliet.wait("message", id=message_id).condition == condition

    def test_another_spelling_is_told_the_right_one(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        message_id = juliet.send_message(f"=54emp%{mqtt_world.broker}@mqtt.example.org", "x", type="chat")
        error = juliet.wait("message", id=message_id)
        assert error.condition == "gone"
        assert f"xmpp:^temp%{mqtt_world.broker}@mqtt.example.org" in repr(error)


class TestQueries:
    def test_what_it_is(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        info = "http://jabber.org/protocol/disco#info"
        for address, identity in (("mqtt.example.org", ("gateway", "mqtt")),
                                  (mqtt_world.contact("home/temp"), ("client", "bot")),
                                  (mqtt_world.room("home/#"), ("conference", "text"))):
            answer = juliet.query(address, info)
            found = answer.xml.find(f"{{{info}}}query/{{{info}}}identity")
            assert (found.get("category"), found.get("type")) == identity, address

    def test_last_activity_and_vcard(self, mqtt_world):
        topic = mqtt_world.topic("Home/Temp")
        juliet = mqtt_world.subscribed(topic)
        mqtt_world.mqtt().publish(topic, "1")
        juliet.wait("message", body="1")

        last = juliet.query(mqtt_world.contact(topic), "jabber:iq:last")
        assert int(last.xml.find("{jabber:iq:last}query").get("seconds")) < 60
        card = juliet.request(mqtt_world.contact(topic), "<vCard xmlns='vcard-temp'/>")
        assert card.xml.findtext("{vcard-temp}vCard/{vcard-temp}FN") == topic


class TestRequests:
    @pytest.mark.mqtt(5)
    def test_an_answer_goes_where_the_question_says(self, mqtt_world):
        topic, answers = mqtt_world.topic("door/bell"), mqtt_world.topic("door/answers")
        juliet = mqtt_world.subscribed(topic)
        door = mqtt_world.mqtt(answers, topic)

        door.publish(topic, "open?", ResponseTopic=answers, CorrelationData=b"7")
        question = juliet.wait("message", body="open?")
        juliet.send_message(mqtt_world.contact(topic), "no", type="chat",
                            extra=f"<reply xmlns='urn:xmpp:reply:0' id='{question.id}' to='{question.sender}'/>")

        assert door.wait(answers, "no").properties.CorrelationData == b"7"
        assert door.all(topic) == ["open?"]
