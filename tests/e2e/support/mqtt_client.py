"""An MQTT program on paho-mqtt: what devices and other programs are to the gateway."""

import threading
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


class MqttPeer:
    timeout = 20.0

    def __init__(self, port, client_id="", version=5, username=None):
        protocol = paho.MQTTv5 if version == 5 else paho.MQTTv311
        self._client = paho.Client(client_id=client_id, protocol=protocol)
        if username:
            self._client.username_pw_set(username, "any password")
        self._changed = threading.Condition()
        self.received = []
        self._granted = set()
        self._client.max_inflight_messages_set(0)
        self._client.max_queued_messages_set(0)
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_message(self, _client, _data, message):
        with self._changed:
            self.received.append(message)
            self._changed.notify_all()

    def _on_subscribe(self, _client, _data, message_id, *_):
        with self._changed:
            self._granted.add(message_id)
            self._changed.notify_all()

    def _wait_for(self, condition, what):
        deadline = time.monotonic() + self.timeout
        with self._changed:
            while not (result := condition()):
                left = deadline - time.monotonic()
                assert left > 0, f"{what}: not within {self.timeout:g} s; received {self.received}"
                self._changed.wait(left)
            return result

    def subscribe(self, topic, qos=1):
        _, message_id = self._client.subscribe(topic, qos)
        self._wait_for(lambda: message_id in self._granted, f"subscribed to {topic}")
        return self

    def publish(self, topic, payload, qos=1, retain=False, user_properties=None, **properties):
        """Publishes, and with QoS 1 or 2 waits until the broker has it. `properties` are those of MQTT 5."""
        told = None
        if properties or user_properties:
            told = Properties(PacketTypes.PUBLISH)
            for name, value in properties.items():
                setattr(told, name, value)
            if user_properties:
                told.UserProperty = user_properties
        info = self._client.publish(topic, payload, qos, retain, properties=told)
        info.wait_for_publish(self.timeout)
        assert info.is_published()

    def publish_later(self, topic, payload, qos=1, retain=False):
        """Publishes without waiting for the broker."""
        self._client.publish(topic, payload, qos, retain)

    def wait(self, topic, payload=None):
        """The first message of that topic, with that payload if one is given."""
        def found():
            return next((message for message in self.received if message.topic == topic and
                         (payload is None or message.payload == payload.encode())), None)
        return self._wait_for(found, f"{topic} {payload or ''}")

    def all(self, topic):
        with self._changed:
            return [message.payload.decode() for message in self.received if message.topic == topic]

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()
