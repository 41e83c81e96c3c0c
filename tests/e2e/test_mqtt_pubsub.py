"""Topics as nodes of a publish-subscribe service (XEP-0060), with slixmpp's own plugin."""

import json

from support.process import wait_until
from support.pubsub_client import JSON, VALUE, PubsubClient, event_of, publish_options, value
from support.xmpp_servers import MQTT_DOMAIN

COLLECTION = "{http://jabber.org/protocol/shim}headers/{http://jabber.org/protocol/shim}header"


def is_value(text):
    return lambda payload: payload is not None and payload.tag == VALUE and payload.text == text


def client(world):
    return PubsubClient(world.xmpp())


def node(world, topic):
    return f"{world.broker}/{topic}"


class TestSubscribing:
    def test_a_value_is_an_item(self, mqtt_world):
        topic = mqtt_world.topic("home/Kitchen/temp")
        juliet = client(mqtt_world)

        subscription = juliet.subscribe(node(mqtt_world, topic))
        mqtt_world.mqtt().publish(topic, "21.5", qos=1)

        assert subscription["subscription"] == "subscribed"
        payload = event_of(juliet.wait(node(mqtt_world, topic), is_value("21.5")).xml)[1]
        assert payload.get("enc") == "utf8" and payload.get("qos") == "1"

    def test_what_is_kept_comes_with_the_subscription(self, mqtt_world):
        topic = mqtt_world.topic()
        mqtt_world.mqtt().publish(topic, "kept", retain=True)
        juliet = client(mqtt_world)

        juliet.subscribe(node(mqtt_world, topic))

        payload = event_of(juliet.wait(node(mqtt_world, topic), is_value("kept")).xml)[1]
        assert payload.get("retained") == "true"

    def test_a_filter_tells_the_topic_and_itself(self, mqtt_world):
        base = mqtt_world.topic("house")
        juliet = client(mqtt_world)
        juliet.subscribe(node(mqtt_world, f"{base}/#"))

        mqtt_world.mqtt().publish(f"{base}/hall/light", "on")

        message = juliet.wait(node(mqtt_world, f"{base}/hall/light"), is_value("on"))
        header = message.xml.find(COLLECTION)
        assert (header.get("name"), header.text) == ("Collection", node(mqtt_world, f"{base}/#"))

    def test_json_and_bytes(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = client(mqtt_world)
        juliet.subscribe(node(mqtt_world, topic))
        device = mqtt_world.mqtt()

        device.publish(topic, '{"on": true}')
        device.publish(topic, b"\xff\x00\x01")

        found = juliet.wait(node(mqtt_world, topic), lambda payload: payload is not None and payload.tag == JSON)
        assert json.loads(event_of(found.xml)[1].text) == {"on": True}
        found = juliet.wait(node(mqtt_world, topic), is_value("/wAB"))
        assert event_of(found.xml)[1].get("enc") == "base64"

    def test_no_value_is_left_out(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = client(mqtt_world)
        juliet.subscribe(node(mqtt_world, topic))
        device = mqtt_world.mqtt()

        for number in range(200):
            device.publish_later(topic, str(number), qos=1)

        juliet.wait(node(mqtt_world, topic), is_value("199"))
        events = [event_of(message.xml) for message in juliet.user.all("message")]
        assert [payload.text for name, payload in filter(None, events)] == [str(number) for number in range(200)]

    def test_unsubscribing_ends_it(self, mqtt_world):
        topic, other = mqtt_world.topic(), mqtt_world.topic()
        juliet = client(mqtt_world)
        for one in (topic, other):
            juliet.subscribe(node(mqtt_world, one))
        subscriptions = juliet.ask("get_subscriptions")["pubsub"]["subscriptions"]
        assert {one["node"] for one in subscriptions} == {node(mqtt_world, topic), node(mqtt_world, other)}

        juliet.unsubscribe(node(mqtt_world, topic))
        device = mqtt_world.mqtt()
        device.publish(topic, "unheard")
        device.publish(other, "heard")

        juliet.wait(node(mqtt_world, other), is_value("heard"))
        assert not [one for one in juliet.user.all("message") if "unheard" in repr(one)]

    def test_outlives_a_restart_of_the_gateway(self, own_mqtt_world):
        world = own_mqtt_world()
        topic = world.topic()
        juliet = client(world)
        juliet.subscribe(node(world, topic))

        world.gateway.stop()
        world.mqtt().publish(topic, "meanwhile", qos=1)
        world.gateway.start()

        juliet.wait(node(world, topic), is_value("meanwhile"))


class TestItems:
    def test_what_is_kept_is_the_item(self, mqtt_world):
        topic, empty = mqtt_world.topic(), mqtt_world.topic()
        mqtt_world.mqtt().publish(topic, "21", retain=True)
        juliet = client(mqtt_world)

        items = juliet.items(node(mqtt_world, topic))

        assert items["current"].text == "21"
        assert juliet.items(node(mqtt_world, empty)) == {}

    def test_publishing_keeps_unless_told_otherwise(self, mqtt_world):
        kept, passing = mqtt_world.topic(), mqtt_world.topic()
        device = mqtt_world.mqtt(kept, passing)
        juliet = client(mqtt_world)

        juliet.publish(node(mqtt_world, kept), value("ON", ct="text/plain"))
        juliet.publish(node(mqtt_world, passing), value("OFF", qos="1"), persist_items=False)

        device.wait(kept, "ON")
        device.wait(passing, "OFF")
        late = mqtt_world.mqtt(kept, passing)
        assert late.wait(kept, "ON").retain
        assert late.all(passing) == []

    def test_retracting_takes_away_what_is_kept(self, mqtt_world):
        topic = mqtt_world.topic()
        mqtt_world.mqtt().publish(topic, "21", retain=True)
        juliet = client(mqtt_world)
        juliet.subscribe(node(mqtt_world, topic))
        juliet.wait(node(mqtt_world, topic), is_value("21"))

        juliet.ask("retract", node(mqtt_world, topic), "current")

        juliet.wait(node(mqtt_world, topic), lambda payload: payload is None)
        assert juliet.items(node(mqtt_world, topic)) == {}


class TestBrowsing:
    def test_the_tree_level_by_level(self, mqtt_world):
        base = mqtt_world.topic("tree")
        juliet = client(mqtt_world)
        juliet.subscribe(node(mqtt_world, f"{base}/#"))
        device = mqtt_world.mqtt()
        for topic in ("hall/light", "hall", "Cellar/a b"):
            device.publish(f"{base}/{topic}", "1")
            juliet.wait(node(mqtt_world, f"{base}/{topic}"), is_value("1"))

        def below(name, **options):
            answer = juliet.user.ask_plugin("xep_0030", "get_items", jid=MQTT_DOMAIN, node=name, **options)
            return {(item[1], item[2]) for item in answer["disco_items"]["items"]}

        def types(name):
            answer = juliet.user.ask_plugin("xep_0030", "get_info", jid=MQTT_DOMAIN, node=name)
            return {identity[:2] for identity in answer["disco_info"]["identities"]}

        branch = node(mqtt_world, base)
        assert (mqtt_world.broker, mqtt_world.broker) in below("")
        assert (branch, base) in below(mqtt_world.broker)
        assert below(branch) == {(f"{branch}/Cellar", "Cellar"), (f"{branch}/hall", "hall")}
        assert below(f"{branch}/hall") == {(f"{branch}/hall/light", "light")}
        assert below(f"{branch}/hall/light") == {(None, "current")}
        assert types(branch) == {("pubsub", "collection")}
        assert types(f"{branch}/hall") == {("pubsub", "leaf"), ("pubsub", "collection")}
        assert ("pubsub", "service") in types(None)

    def test_in_pages(self, mqtt_world):
        base = mqtt_world.topic("pages")
        juliet = client(mqtt_world)
        juliet.subscribe(node(mqtt_world, f"{base}/#"))
        device = mqtt_world.mqtt()
        for number in range(120):
            device.publish_later(f"{base}/{number:03}", "1")
        juliet.wait(node(mqtt_world, f"{base}/119"), is_value("1"))

        def page(inside=""):
            answer = juliet.user.request(
                MQTT_DOMAIN, f"<query xmlns='http://jabber.org/protocol/disco#items' node='{node(mqtt_world, base)}'>"
                f"<set xmlns='http://jabber.org/protocol/rsm'>{inside}</set></query>")
            return [item.get("name") for item in answer.xml.iter("{http://jabber.org/protocol/disco#items}item")]

        assert page() == [f"{number:03}" for number in range(100)]
        assert page("<after>099</after>") == [f"{number:03}" for number in range(100, 120)]
        assert page("<before/><max>2</max>") == ["118", "119"]


class TestRefusals:
    def test_with_the_conditions_of_the_specification(self, mqtt_world):
        juliet = client(mqtt_world)
        topic = node(mqtt_world, mqtt_world.topic())
        assert juliet.refused("subscribe", "nowhere/home") == ("item-not-found", None)
        assert juliet.refused("subscribe", f"{mqtt_world.broker}/home/#/x") == ("item-not-found", None)
        assert juliet.refused("subscribe", topic, subscribee="nurse@example.org") == ("bad-request", "invalid-jid")
        assert juliet.refused("unsubscribe", topic) == ("unexpected-request", "not-subscribed")
        assert juliet.refused("get_items", topic, item_ids=["7"]) == ("item-not-found", None)
        assert juliet.refused("publish", topic) == ("bad-request", "item-required")
        assert juliet.refused("publish", topic, payload=value("1"), options=publish_options(
            access_model="whitelist")) == ("conflict", "precondition-not-met")
        assert juliet.refused("publish", f"{mqtt_world.broker}/home/#", payload=value("1")) == ("not-allowed", None)
        assert juliet.refused("create_node", topic) == ("feature-not-implemented", "unsupported")

    def test_what_the_broker_refuses(self, own_mqtt_world):
        world = own_mqtt_world()  # with MQTT 5, which tells; mosquitto closes the connection behind its answer
        juliet = client(world)
        secret = node(world, world.topic("secret/x"))
        assert juliet.refused("publish", secret, payload=value("1", qos="1")) == ("forbidden", None)

    def test_while_the_broker_is_gone(self, own_mqtt_world):
        world = own_mqtt_world()
        juliet = client(world)
        juliet.subscribe(node(world, "home/a"))
        world.servers.broker.stop()
        wait_until(lambda: "connection lost" in world.gateway.log_tail(), "the gateway has noticed")
        assert juliet.refused("subscribe", node(world, "home/b")) == ("remote-server-timeout", None)
