"""The MQTT part of the tour: a sensor publishes, an XMPP user reads and answers."""

from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.mqtt_world import broker_section, encoded
from support.pubsub_client import PubsubClient
from support.servers import toml_table
from support.xmpp_servers import MQTT_DOMAIN

TOPIC = "home/kitchen/Temp"
CONTACT = f"{encoded(TOPIC)}%plant@{MQTT_DOMAIN}"
COMMANDS = "home/kitchen/Fan"
FAN = f"{encoded(COMMANDS)}%plant@{MQTT_DOMAIN}"
ROOM = f"!{encoded('home/#')}%plant@{MQTT_DOMAIN}"
NODE = f"plant/{TOPIC}"
RECEIPT = "<request xmlns='urn:xmpp:receipts'/>"


def configuration(broker: Mosquitto):
    """What the gateway's configuration says of it."""
    return "\n".join([toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"}),
                      broker_section("plant", f"mqtt://127.0.0.1:{broker.port}")])


def tour_mqtt(tour, juliet, broker):
    tour.title(f"The topic {TOPIC}, which is the contact {CONTACT}")
    sensor = MqttPeer(broker.port).subscribe(COMMANDS)
    try:
        def subscribe():
            juliet.send_presence(CONTACT, type="subscribe")
            juliet.wait("presence", sender=CONTACT, type="")

        def values():
            sensor.publish(TOPIC, "21.5 °C")
            juliet.wait("message", sender=CONTACT, type="chat", body="21.5 °C")

        def status():
            juliet.wait("presence", sender=CONTACT, xml=lambda xml: xml.findtext("{jabber:client}status") == "21.5 °C")

        def answer():
            message_id = juliet.send_message(FAN, "on", type="chat", extra=RECEIPT)
            sensor.wait(COMMANDS, "on")
            juliet.wait("message", sender=FAN, xml=lambda xml: any(
                child.get("id") == message_id for child in xml.iter("{urn:xmpp:receipts}received")))

        def in_the_room():
            juliet.join(ROOM, "juliet")
            sensor.publish(TOPIC, "22 °C")
            juliet.wait("message", sender=f"{ROOM}/kitchen/Temp", type="groupchat", body="22 °C")
            juliet.send_message(ROOM, "kitchen/Temp: 23")
            juliet.wait("message", sender=f"{ROOM}/juliet", body="kitchen/Temp: 23")

        def as_an_item():
            service = PubsubClient(juliet)
            service.subscribe(NODE)
            sensor.publish(TOPIC, "22.5 °C")
            service.wait(NODE, lambda payload: payload is not None and payload.text == "22.5 °C")

        tour.step("juliet adds the contact; the broker grants the subscription", subscribe)
        tour.step("sensor → juliet  “21.5 °C”  in chat", values)
        tour.step("… and as the contact's presence", status)
        tour.step(f"juliet → fan  “on”  to {COMMANDS}, and a receipt after PUBACK", answer)
        tour.step(f"the same topic speaks in the room {ROOM}", in_the_room)
        tour.step(f"and is the pubsub node {NODE}: sensor → juliet  “22.5 °C”  as an item", as_an_item)
    finally:
        sensor.close()
