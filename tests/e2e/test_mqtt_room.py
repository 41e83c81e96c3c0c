"""Filters as rooms: topics as occupants, and what is published as what they say."""

import base64
import hashlib
import re


def joined(world, base, user=None, suffix="/#"):
    user = user or world.xmpp()
    return user, user.join(world.room(base + suffix), user.name)


class TestReading:
    def test_kept_values_are_occupants_and_history(self, mqtt_world):
        base = mqtt_world.topic("house")
        device = mqtt_world.mqtt()
        device.publish(f"{base}/kitchen/Temp", "21", retain=True)
        device.publish(f"{base}/hall", "dark", retain=True)

        juliet, entered = joined(mqtt_world, base)

        assert set(entered.nicks) == {"kitchen/Temp", "hall", juliet.name}
        assert {message.body for message in entered.history} == {"21", "dark"}
        assert entered.subject.subject.startswith(f"{base}/# on {mqtt_world.broker}")

    def test_a_new_topic_enters_and_speaks(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet, _ = joined(mqtt_world, base)

        mqtt_world.mqtt().publish(f"{base}/cellar", "wet")

        room = mqtt_world.room(base + "/#")
        juliet.wait("presence", sender=f"{room}/cellar", type="")
        message = juliet.wait("message", type="groupchat", sender=f"{room}/cellar", body="wet")
        assert not message.is_delayed

    def test_a_value_that_is_taken_away_leaves(self, mqtt_world):
        base = mqtt_world.topic("house")
        device = mqtt_world.mqtt()
        device.publish(f"{base}/hall", "dark", retain=True)
        juliet, _ = joined(mqtt_world, base)

        device.publish(f"{base}/hall", "", retain=True)

        juliet.wait("presence", sender=mqtt_world.room(base + "/#") + "/hall", type="unavailable")

    def test_a_second_client_gets_the_values_too(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet, _ = joined(mqtt_world, base)
        mqtt_world.mqtt().publish(f"{base}/hall", "dark")
        juliet.wait("message", type="groupchat", body="dark")
        garden = mqtt_world.xmpp(account=juliet.name, resource="garden")

        entered = garden.join(mqtt_world.room(base + "/#"), juliet.name)

        assert [message.body for message in entered.history] == ["dark"]
        assert len(juliet.all("message", body="dark")) == 1

    def test_history_as_it_is_wished(self, mqtt_world):
        base = mqtt_world.topic("house")
        device = mqtt_world.mqtt()
        for number in range(5):
            device.publish(f"{base}/{number}", str(number), retain=True)
        juliet = mqtt_world.xmpp()

        entered = juliet.join(mqtt_world.room(base + "/#"), juliet.name, history="<history maxstanzas='2'/>")

        assert len(entered.history) == 2

    def test_more_topics_than_occupants(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet, _ = joined(mqtt_world, base)
        device = mqtt_world.mqtt()
        for number in range(501):
            device.publish(f"{base}/{number}", "x", qos=0)
        device.publish(f"{base}/last", "y")

        message = juliet.wait("message", type="groupchat", body=f"{base}/last: y", timeout=30)
        assert message.nick == "(more)"

    def test_a_topic_that_speaks_too_fast_skips_values_but_not_the_last(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet, _ = joined(mqtt_world, base)
        device = mqtt_world.mqtt()
        for number in range(1_000):
            device.publish_later(f"{base}/meter", str(number), qos=0)

        last = juliet.wait("message", type="groupchat", body=lambda body: body.startswith("999"), timeout=30)

        assert last.nick == "meter"
        bodies = [message.body for message in juliet.all("message", type="groupchat") if message.nick == "meter"]
        skipped = sum(int(found[1]) for body in bodies if (found := re.search(r"\((\d+) skipped\)", body)))
        assert len(bodies) + skipped == 1_000


class TestWriting:
    def test_a_message_names_its_topic(self, mqtt_world):
        base = mqtt_world.topic("house")
        device = mqtt_world.mqtt(f"{base}/#")
        device.publish(f"{base}/lamp", "OFF", retain=True)
        juliet, _ = joined(mqtt_world, base)
        room = mqtt_world.room(base + "/#")

        message_id = juliet.send_message(room, "lamp: ON")

        device.wait(f"{base}/lamp", "ON")
        juliet.wait("message", type="groupchat", sender=f"{room}/{juliet.name}", body="lamp: ON", id=message_id)

    def test_a_message_to_nobody_is_answered_with_help(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet, _ = joined(mqtt_world, base)
        message_id = juliet.send_message(mqtt_world.room(base + "/#"), "hello")
        error = juliet.wait("message", id=message_id)
        assert error.condition == "not-acceptable"
        assert "kitchen/temp: 21" in error.error_text

    def test_a_private_message_is_published_and_acknowledged(self, mqtt_world):
        base = mqtt_world.topic("house")
        device = mqtt_world.mqtt(f"{base}/#")
        device.publish(f"{base}/lamp/Set", "OFF", retain=True)
        juliet, _ = joined(mqtt_world, base)
        occupant = mqtt_world.room(base + "/#") + "/lamp/Set"

        message_id = juliet.send_message(occupant, "ON", type="chat", extra="<request xmlns='urn:xmpp:receipts'/>")

        device.wait(f"{base}/lamp/Set", "ON")
        receipt = juliet.wait("message", sender=occupant, xml=lambda xml: xml.find("{urn:xmpp:receipts}received") is not None)
        assert receipt.xml.find("{urn:xmpp:receipts}received").get("id") == message_id


class TestLongTopics:
    def test_is_written_to_as_an_occupant_and_by_its_digest(self, mqtt_world):
        base = mqtt_world.topic("house")
        topic = f"{base}/{'Long' * 120}"
        device = mqtt_world.mqtt(topic)
        juliet, _ = joined(mqtt_world, base)

        device.publish(topic, "1")
        message = juliet.wait("message", type="groupchat", body="1")
        assert len(message.nick) <= 200
        juliet.send_message(message.sender, "2", type="chat")
        device.wait(topic, "2")

        digest = base64.b32encode(hashlib.sha256(topic.encode()).digest()).decode().lower()[:26]
        juliet.send_message(f"=h.{digest}%{mqtt_world.broker}@mqtt.example.org", "3", type="chat")
        device.wait(topic, "3")


class TestRefusals:
    def test_no_filter(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        error = juliet.refused_join(f"!a#b%{mqtt_world.broker}@mqtt.example.org", juliet.name)
        assert error.condition == "jid-malformed"
