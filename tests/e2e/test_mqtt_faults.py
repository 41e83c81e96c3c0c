"""What happens when a broker, the XMPP server or a connection fails, and what a broker may ask for."""

import time

import pytest

from support.certificates import Authority
from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.mqtt_world import BROKERS, broker_section
from support.outbox import wait_until_kept
from support.process import free_port, give_away, wait_until


class TestABrokerThatGoes:
    def test_nothing_is_lost_and_contacts_come_back(self, own_mqtt_world):
        world = own_mqtt_world()
        topic = world.topic()
        juliet = world.subscribed(topic)
        broker = world.servers.broker
        start = juliet.mark()

        broker.kill()
        gone = juliet.wait("presence", since=start, sender=world.contact(topic), type="unavailable")
        assert "Reconnecting" in (gone.text("status") or "")
        message_id = juliet.send_message(world.contact(topic.replace("temp", "set")), "while it is away", type="chat",
                                         extra="<request xmlns='urn:xmpp:receipts'/>")
        broker.start()

        juliet.wait("message", timeout=30, xml=lambda xml: any(
            child.get("id") == message_id for child in xml.iter("{urn:xmpp:receipts}received")))
        juliet.wait("presence", since=start, timeout=30, sender=world.contact(topic), type="")
        world.mqtt().publish(topic, "back")
        juliet.wait("message", body="back")

    def test_killed_in_a_burst(self, own_mqtt_world):
        world = own_mqtt_world(access={"burst": 10_000})
        topic = world.topic("burst/set")
        juliet = world.xmpp()
        contact = world.contact(topic)
        receiver = MqttPeer(world.servers.broker.port, client_id="receiver")
        receiver.subscribe(topic)
        texts = [f"value {number}" for number in range(300)]

        ids = [juliet.send_message(contact, text, type="chat", extra="<request xmlns='urn:xmpp:receipts'/>")
               for text in texts[:150]]
        world.servers.broker.kill()
        ids += [juliet.send_message(contact, text, type="chat", extra="<request xmlns='urn:xmpp:receipts'/>")
                for text in texts[150:]]
        world.servers.broker.start()

        def answered():
            receipts = {child.get("id") for stanza in juliet.all("message")
                        for child in stanza.xml.iter("{urn:xmpp:receipts}received")}
            errors = {stanza.id for stanza in juliet.all("message", type="error")}
            return receipts | errors

        wait_until(lambda: set(ids) <= answered(), "every message has an answer", timeout=60)
        assert not juliet.all("message", type="error")
        receiver.close()

    def test_a_session_that_is_taken_over_is_not_fought_for(self, own_mqtt_world):
        world = own_mqtt_world()
        topic = world.topic()
        juliet = world.subscribed(topic)
        start = juliet.mark()

        def logins():
            return world.servers.broker.err.read_text().count("u'isthmus'")

        before = logins()
        began = time.monotonic()
        thief = MqttPeer(world.servers.broker.port, client_id="isthmus-plant")  # comes back whenever it is put out
        juliet.wait("presence", since=start, sender=world.contact(topic), type="unavailable")
        wait_until(lambda: logins() >= before + 5, "it has come back five times", timeout=90)
        took = time.monotonic() - began
        thief.close()

        # At once, and then after 200 ms, 400, 800 and 1600, at the least.
        assert took >= 3, "the pauses grow"


class TestAnXmppServerThatStops:
    def test_twenty_thousand_messages_wait_for_it(self, own_mqtt_world):
        world = own_mqtt_world()
        topic = world.topic("flood")
        juliet = world.subscribed(topic)
        juliet.timeout = 120
        device = world.mqtt()
        count = 20_000

        world.servers.xmpp_server.pause()
        try:
            for number in range(count - 1):
                device.publish_later(topic, str(number))
            device.timeout = 120
            device.publish(topic, str(count - 1))  # until the broker has them all
        finally:
            world.servers.xmpp_server.resume()

        juliet.wait("message", body=str(count - 1))
        bodies = [message.body for message in juliet.all("message", sender=world.contact(topic))]
        assert bodies == [str(number) for number in range(count)]


class TestWhatArrives:
    def test_ten_thousand_kept_values(self, own_mqtt_world):
        world = own_mqtt_world()
        base = world.topic("storm")
        device = world.mqtt()
        for number in range(10_000):
            device.publish_later(f"{base}/{number}", "x", qos=0, retain=True)
        device.publish(f"{base}/end", "x", retain=True)
        before = world.gateway.memory()
        juliet = world.xmpp()

        entered = juliet.join(world.room("#"), juliet.name, timeout=60)

        assert len(entered.nicks) >= 100
        device.publish(f"{base}/live", "alive")
        juliet.wait("message", body=lambda body: "alive" in body, timeout=30)
        assert world.gateway.memory() - before < 200 * 2**20

    def test_odd_publications_do_no_harm(self, mqtt_world):
        topic = mqtt_world.topic()
        juliet = mqtt_world.subscribed(topic)
        device = mqtt_world.mqtt()

        if mqtt_world.version == 5 and not mqtt_world.servers.broker.checks_payloads:
            device.publish(topic, b"\xff\xfe", PayloadFormatIndicator=1)
            juliet.wait("message", body=lambda body: body.startswith("binary, 2 bytes"))
        device.publish(topic, "\x1b[31mred")
        juliet.wait("message", body=lambda body: body.startswith("binary, 8 bytes"))
        device.publish(topic, "x" * 100_000)
        juliet.wait("message", body=lambda body: body.endswith("(100000 bytes in all)"))
        device.publish(topic, "<b>&amp;</b>")
        juliet.wait("message", body="<b>&amp;</b>")

    def test_a_topic_with_control_characters_does_no_harm(self, mqtt_world):
        base = mqtt_world.topic("odd")
        juliet = mqtt_world.xmpp()
        room = mqtt_world.room(f"{base}/#")
        juliet.join(room, juliet.name)

        # A broker may put its publisher out for that.
        mqtt_world.mqtt().publish_later(f"{base}/\x07bell\x1b", "1", qos=0)
        mqtt_world.mqtt().publish(f"{base}/after", "2")

        juliet.wait("message", type="groupchat", sender=f"{room}/after", body="2")

    def test_one_that_the_broker_finds_too_large(self, own_mqtt_world):
        class Small(Mosquitto):
            def __init__(self, where):
                super().__init__(where, more="max_packet_size 20000\n")

        world = own_mqtt_world(broker=Small)
        topic = world.topic("large")
        juliet = world.subscribed(topic)

        message_id = juliet.send_message(world.contact(topic), "x" * 30_000, type="chat")

        error = juliet.wait("message", id=message_id)
        assert (error.condition, error.error_type) == ("policy-violation", "modify")
        assert "20000 bytes" in error.error_text


class TestRights:
    @pytest.fixture
    def world(self, own_mqtt_world):
        def section(port):
            return broker_section("plant", f"mqtt://127.0.0.1:{port}", publish=["home/+/set"], subscribe=["home/#"])
        return own_mqtt_world(sections=section)

    def test_what_is_not_listed_is_forbidden(self, world):
        juliet = world.xmpp()
        for text, topic, condition in (("x", "home/lamp", "forbidden"), ("x", "office/lamp/set", "forbidden")):
            message_id = juliet.send_message(world.contact(topic), text, type="chat")
            assert juliet.wait("message", id=message_id).condition == condition
        start = juliet.mark()
        juliet.send_presence(world.contact("office/lamp"), type="subscribe")
        assert juliet.wait("presence", since=start, type="error").condition == "forbidden"
        assert juliet.refused_join(world.room("#"), juliet.name).condition == "forbidden"

    def test_what_is_listed_is_done(self, world):
        device = world.mqtt("home/lamp/set")
        juliet = world.subscribed("home/#")
        juliet.send_message(world.contact("home/lamp/set"), "ON", type="chat")
        device.wait("home/lamp/set", "ON")


class TestTls:
    def test_with_a_certificate_of_ones_own(self, own_mqtt_world, folder):
        authority = Authority(folder, "authority")
        server = authority.certificate_for("localhost")
        client = authority.certificate_for("gateway.example.org")
        give_away(server.key)
        port = free_port()
        more = (f"listener {port} 127.0.0.1\ncafile {authority.certificate}\ncertfile {server.chain}\n"
                f"keyfile {server.key}\nrequire_certificate true\n")

        class Secure(Mosquitto):
            def __init__(self, where):
                super().__init__(where, more=more)

        tls = {"ca_file": authority.certificate, "certificate_file": client.chain, "key_file": client.key}
        world = own_mqtt_world(broker=Secure, sections=[
            broker_section("plant", f"mqtts://localhost:{port}", **tls),
            broker_section("bare", f"mqtts://localhost:{port}", ca_file=authority.certificate),
            broker_section("wrong", f"mqtts://127.0.0.1:{port}", **tls)])
        topic = world.topic()
        juliet = world.subscribed(topic)

        world.mqtt().publish(topic, "safe")

        juliet.wait("message", body="safe")
        for name in ("bare", "wrong"):
            start = juliet.mark()
            juliet.send_presence(f"{name}@mqtt.example.org", type="subscribe")
            juliet.send_presence(world.contact(topic, name), type="subscribe")
            juliet.wait("presence", since=start, sender=f"{name}@mqtt.example.org", type="unavailable",
                        xml=lambda xml: "cannot be reached" in (xml.findtext("{jabber:client}status") or ""))


class TestARestart:
    @pytest.mark.parametrize("broker", BROKERS)
    def test_contacts_are_known_and_nothing_is_missed(self, own_mqtt_world, broker):
        world = own_mqtt_world()
        world.broker = broker
        topic = world.topic()
        juliet = world.subscribed(topic)
        device = world.mqtt()

        world.gateway.stop()
        device.publish(topic, "while it was away")
        world.gateway.start()

        juliet.wait("message", timeout=30, body="while it was away")
        device.publish(topic, "after it")
        juliet.wait("message", body="after it")

    @pytest.mark.parametrize("broker", BROKERS)
    def test_what_is_said_while_the_broker_is_away_outlives_a_kill(self, own_mqtt_world, broker):
        world = own_mqtt_world(access={"burst": 10_000})
        world.broker = broker
        topic = world.topic("kept/set")
        juliet = world.xmpp()
        world.servers.broker.kill()
        texts = [f"number {number}" for number in range(100)]
        for text in texts:
            juliet.send_message(world.contact(topic), text, type="chat")
        wait_until_kept(world, len(texts))
        world.gateway.kill()
        world.servers.broker.start()
        receiver = world.mqtt(topic)
        world.gateway.start()
        wait_until(lambda: texts[-1] in receiver.all(topic), "the last has arrived", timeout=60)
        assert receiver.all(topic) == texts

    @pytest.mark.parametrize("broker", BROKERS)
    def test_what_comes_while_the_xmpp_server_is_away_outlives_a_kill(self, own_mqtt_world, broker):
        world = own_mqtt_world()
        world.broker = broker
        topic = world.topic()
        juliet = world.subscribed(topic)
        device = world.mqtt()
        world.servers.xmpp_server.kill()
        texts = [f"number {number}" for number in range(100)]
        for text in texts:
            device.publish(topic, text)
        wait_until_kept(world, len(texts))
        world.gateway.kill()
        world.servers.xmpp_server.start()
        again = world.xmpp(account=juliet.name)
        world.gateway.start()
        again.wait("message", timeout=60, body=texts[-1])
        assert [message.body for message in again.all("message", body=lambda body: body in texts)] == texts
