"""Users' own logins on a broker, brokers over WebSocket, questions and answers, wills, and `check --connect`."""

import subprocess

import pytest

from support import commands
from support.certificates import Authority
from support.mqtt_client import MqttPeer
from support.mqtt_servers import GATEWAY_PASSWORD, GATEWAY_USER, EjabberdWithMqtt, Mosquitto
from support.mqtt_world import broker_section
from support.process import free_port, give_away, wait_until
from support.pubsub_client import PubsubClient, value
from support.servers import gateway_binary, toml_table
from support.xmpp_servers import COMPONENT_SECRET, MQTT_DOMAIN, USERS_DOMAIN

RECEIPT = "<request xmlns='urn:xmpp:receipts'/>"
USER, USER_PASSWORD = "juliet", "her own password"


class MosquittoWithUsers(Mosquitto):
    """juliet has a login of her own, and alone may use what is below private/."""

    def __init__(self, folder, **options):
        super().__init__(folder, **options)
        passwords = self.folder / f"{self.name}.passwords"
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), USER, USER_PASSWORD], check=True, capture_output=True)
        rights = self.folder / f"{self.name}.acl"
        rights.write_text(f"topic readwrite #\ntopic deny private/#\nuser {GATEWAY_USER}\ntopic readwrite #\n"
                          f"topic deny private/#\nuser {USER}\ntopic readwrite #\n")
        for file in (passwords, rights):
            give_away(file)


class TalkativeMosquitto(MosquittoWithUsers):
    def __init__(self, folder, **options):
        super().__init__(folder, more="log_type all\n", **options)


def with_own_logins(port):
    own = toml_table("[mqtt.brokers.plant.own]", {})
    return broker_section("plant", f"mqtt://127.0.0.1:{port}", publish=["home/#"], subscribe=["home/#"]) + own


def log_in(world, user, **values):
    return commands.run(user, world.broker_address, "login", **values)


class TestOwnLogins:
    def test_the_broker_decides_what_she_may(self, own_mqtt_world):
        world = own_mqtt_world(broker=MosquittoWithUsers, sections=with_own_logins)
        juliet = world.subscribed("home/temp")
        assert juliet.request(world.contact("private/diary"), "<ping xmlns='urn:xmpp:ping'/>").type == "result"
        message_id = juliet.send_message(world.contact("private/diary"), "x", type="chat")
        assert juliet.wait("message", id=message_id).condition == "forbidden"
        start = juliet.mark()

        step = log_in(world, juliet, username=USER, password=USER_PASSWORD)

        assert step.status == "completed"
        # The contact goes with the old login and comes with the new one.
        juliet.wait("presence", since=start, timeout=20, sender=world.contact("home/temp"), type="unavailable")
        juliet.wait("presence", since=start, timeout=20, sender=world.contact("home/temp"), type="")
        diary = world.contact("private/diary")
        message_id = juliet.send_message(diary, "dear diary", type="chat", extra=RECEIPT)
        juliet.wait("message", timeout=20, sender=diary, xml=lambda xml: any(
            child.get("id") == message_id for child in xml.iter("{urn:xmpp:receipts}received")))
        world.subscribed("private/diary", juliet)
        mine = MqttPeer(world.servers.broker.port, username=None, client_id="lamp")
        mine.publish("home/temp", "21")
        juliet.wait("message", sender=world.contact("home/temp"), body="21")
        mine.close()
        assert USER_PASSWORD not in world.gateway.config.parent.joinpath("isthmus.db").read_bytes().decode("latin-1")

    def test_a_node_that_is_watched_stays_so(self, own_mqtt_world):
        world = own_mqtt_world(broker=MosquittoWithUsers, sections=with_own_logins)
        juliet = PubsubClient(world.xmpp())
        juliet.subscribe("plant/home/temp")
        start = juliet.user.mark()
        log_in(world, juliet.user, username=USER, password=USER_PASSWORD)
        wait_until(lambda: f"u'{USER}'" in world.servers.broker.err.read_text(), "she is connected", timeout=20)
        juliet.publish("plant/home/temp", value("5"))
        juliet.wait("plant/home/temp", lambda payload: payload is not None and payload.text == "5", since=start)

    def test_whoever_is_connected_has_the_library_look_at_a_new_login_at_once(self, own_mqtt_world):
        world = own_mqtt_world(broker=TalkativeMosquitto, sections=with_own_logins)
        juliet, romeo = world.subscribed("home/temp"), world.xmpp("romeo")
        world.subscribed("home/temp", romeo)  # whose connection is the gateway's, and stays
        log_in(world, juliet, username=USER, password=USER_PASSWORD)
        said = world.servers.broker.err.read_text
        wait_until(lambda: f"u'{USER}'" in said(), "she is connected", timeout=20)
        assert "isthmus/nothing/" in said(), "without it the library looks once a second"

    def test_a_wrong_password_is_told_and_the_old_login_comes_back(self, own_mqtt_world):
        world = own_mqtt_world(broker=MosquittoWithUsers, sections=with_own_logins)
        juliet = world.xmpp()
        start = juliet.mark()
        juliet.send_presence(world.broker_address, type="subscribe")
        juliet.wait("presence", since=start, sender=world.broker_address, type="unavailable")  # nobody needed it yet
        start = juliet.mark()

        log_in(world, juliet, username=USER, password="wrong")
        juliet.wait("presence", since=start, timeout=20, sender=world.broker_address, type="unavailable",
                    xml=lambda xml: "not authorized" in (xml.findtext("{jabber:client}status") or "").lower())
        start = juliet.mark()
        log_in(world, juliet, username="", password="-")
        juliet.wait("presence", since=start, timeout=20, sender=world.broker_address, type="")

    def test_only_where_the_operator_allows_it(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        answer = juliet.request(mqtt_world.broker_address,
                                f"<command xmlns='{commands.COMMANDS}' node='login'/>", "set")
        assert answer.condition in ("item-not-found", "service-unavailable")


class TestQuestions:
    """MQTT 5's request and response, asked by users."""

    @staticmethod
    def oracle(world, topic):
        peer = world.mqtt(topic)

        def answer(text, reply):
            question = peer.wait(topic, text)
            peer.publish(question.properties.ResponseTopic, reply, CorrelationData=question.properties.CorrelationData)
        return answer

    @pytest.mark.mqtt(5)
    def test_the_answer_is_a_reply_to_the_question(self, mqtt_world):
        topic = mqtt_world.topic("oracle")
        answer = self.oracle(mqtt_world, topic)
        juliet = mqtt_world.xmpp()

        question = juliet.send_message(mqtt_world.contact(topic), "/ask how warm?", type="chat")
        answer("how warm?", "21.5")

        message = juliet.wait("message", sender=mqtt_world.contact(topic), body=lambda body: body.endswith("21.5"))
        assert message.xml.find("{urn:xmpp:reply:0}reply").get("id") == question

    @pytest.mark.mqtt(5)
    def test_a_reply_to_a_value_is_a_question(self, mqtt_world):
        topic = mqtt_world.topic("oracle")
        answer = self.oracle(mqtt_world, topic)
        juliet = mqtt_world.subscribed(topic)
        mqtt_world.mqtt().publish(topic, "21.5")
        heard = juliet.wait("message", body="21.5")

        juliet.send_message(mqtt_world.contact(topic), "why?", type="chat",
                            extra=f"<reply xmlns='urn:xmpp:reply:0' id='{heard.id}' to='{heard.sender}'/>")
        answer("why?", "the sun")

        juliet.wait("message", sender=mqtt_world.contact(topic), body=lambda body: body.endswith("the sun"))

    @pytest.mark.mqtt(5)
    def test_by_a_command(self, mqtt_world):
        topic = mqtt_world.topic("oracle")
        answer = self.oracle(mqtt_world, topic)
        juliet = mqtt_world.xmpp()

        step = commands.run(juliet, mqtt_world.contact(topic), "ask", question="how late?")
        answer("how late?", '{"hour": 7}')

        assert step.status == "completed"
        juliet.wait("message", sender=mqtt_world.contact(topic), body="hour: 7")

    @pytest.mark.mqtt(3)
    def test_with_the_old_version_nobody_is_asked(self, mqtt_world):
        topic = mqtt_world.topic("oracle")
        juliet = mqtt_world.xmpp()
        juliet.send_message(mqtt_world.contact(topic), "/ask how warm?", type="chat")
        juliet.wait("message", body=lambda body: "MQTT 5" in body)


class EjabberdWithWebSocket(EjabberdWithMqtt):
    """Its broker is there over WebSocket too."""

    def __init__(self, folder):
        super().__init__(folder)
        self.websocket_port = free_port()
        listener = (f'listen:\n  - {{ ip: "127.0.0.1", port: {self.websocket_port}, module: ejabberd_http, '
                    'request_handlers: { "/mqtt": mod_mqtt } }\n')
        self.config.write_text(self.config.read_text().replace("listen:\n", listener, 1))

    def broker(self, folder):
        broker = super().broker(folder)
        broker.port_of_devices, broker.port = broker.port, self.websocket_port
        return broker


class TestBrokersOverWebSocket:
    @staticmethod
    def speak(world, devices_port, **device):
        topic = world.topic()
        juliet = world.subscribed(topic)
        peer = MqttPeer(devices_port, **device).subscribe(topic)
        peer.publish(topic, "21.5")
        juliet.wait("message", body="21.5")
        juliet.send_message(world.contact(topic), "22", type="chat")
        peer.wait(topic, "22")
        peer.close()

    def test_values_both_ways(self, own_mqtt_world):
        def section(port):
            return broker_section("plant", f"ws://127.0.0.1:{port}/mqtt", username=f"gateway@{USERS_DOMAIN}")

        world = own_mqtt_world(xmpp_server=EjabberdWithWebSocket, sections=section)
        self.speak(world, world.servers.broker.port_of_devices, username=f"device@{USERS_DOMAIN}")

    def test_the_same_with_tls(self, own_mqtt_world, folder):
        authority = Authority(folder, "authority")
        server = authority.certificate_for("localhost")
        give_away(server.key)
        port = free_port()
        more = (f"listener {port}\nprotocol websockets\ncafile {authority.certificate}\ncertfile {server.chain}\n"
                f"keyfile {server.key}\n")

        class Secure(Mosquitto):
            def __init__(self, where):
                super().__init__(where, more=more)

        world = own_mqtt_world(broker=Secure, sections=[
            broker_section("plant", f"wss://localhost:{port}/mqtt", ca_file=authority.certificate)])
        self.speak(world, world.servers.broker.port)


class TestWills:
    def test_others_hear_how_the_gateway_is(self, own_mqtt_world):
        status = "gateways/isthmus"

        def section(port):
            return broker_section("plant", f"mqtt://127.0.0.1:{port}", status_topic=status, status_online="here",
                                  status_offline="away", will_delay="1s", session_expiry="10s")

        world = own_mqtt_world(sections=section)
        world.subscribed("home/temp")
        watcher = world.mqtt(status)
        assert watcher.wait(status, "here").retain
        world.gateway.kill()
        watcher.wait(status, "away")
        world.gateway.start()


class TestCheckConnect:
    def check(self, folder, port, password=GATEWAY_PASSWORD):
        config = folder / "isthmus.toml"
        config.write_text("\n".join([
            toml_table("[xmpp]", {"port": free_port(), "secret": COMPONENT_SECRET}),
            toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"}),
            broker_section("plant", f"mqtt://127.0.0.1:{port}", password=password)]))
        return subprocess.run([gateway_binary(), "--config", config, "check", "--connect"], capture_output=True,
                              text=True, timeout=90).stdout

    def test_a_broker_that_answers_is_good(self, mqtt_servers, folder):
        output = self.check(folder, mqtt_servers.broker.port)
        assert f"plant (mqtt://127.0.0.1:{mqtt_servers.broker.port}): good" in output

    def test_what_is_wrong_is_named(self, mqtt_servers, folder):
        output = self.check(folder, mqtt_servers.broker.port, password="another")
        assert "good (see" not in output and "[mqtt.brokers.plant]" in output and "another" not in output
        assert "[mqtt.brokers.plant]" in self.check(folder, free_port())
