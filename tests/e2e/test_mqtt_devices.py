"""Devices that announce themselves as Home Assistant's discovery has it, as contacts."""

import json

COMMANDS = "http://jabber.org/protocol/commands"
FORM = "{jabber:x:data}"


class Lamp:
    """A lamp with a switch and a thermometer, as its firmware would be."""

    def __init__(self, world):
        self.base = world.topic("device")
        self.name = f"Lamp {self.base[len('device'):]}"
        self.slug = self.name.lower().replace(" ", "-")
        self.peer = world.mqtt(f"{self.base}/set")
        self.address = f"*{self.slug}%{world.broker}@mqtt.example.org"
        device = {"ids": [self.base], "name": self.name, "mf": "Maker", "mdl": "T1"}
        common = {"~": self.base, "avty_t": "~/status", "dev": device}
        self.announce("switch", "switch", {**common, "name": "Light", "uniq_id": f"{self.base}-1", "stat_t": "~/state",
                                           "cmd_t": "~/set"})
        self.announce("sensor", "temp", {**common, "name": "Heat", "uniq_id": f"{self.base}-2", "stat_t": "~/heat",
                                         "unit_of_meas": "°C", "val_tpl": "{{ value_json.t | round(1) }}"})
        self.tell("heat", '{"t": 30.04}')
        self.tell("state", "OFF")
        self.tell("status", "online")

    def announce(self, component, name, entity):
        topic = f"homeassistant/{component}/{self.base}/{name}/config"
        self.peer.publish(topic, json.dumps(entity) if entity else "", retain=True)

    def tell(self, topic, value):
        self.peer.publish(f"{self.base}/{topic}", value, retain=True)


def with_status(text):
    return lambda xml: xml.findtext("{jabber:client}status") == text


def watched(world, lamp):
    juliet = world.xmpp()
    juliet.send_presence(lamp.address, type="subscribe")
    juliet.wait("presence", sender=lamp.address, type="", xml=with_status("30.0 °C, OFF"))
    return juliet


class TestDevices:
    def test_availability_and_values_are_its_presence(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        juliet = watched(mqtt_world, lamp)

        lamp.tell("heat", '{"t": 31}')
        juliet.wait("presence", sender=lamp.address, xml=with_status("31.0 °C, OFF"))
        start = juliet.mark()
        lamp.tell("status", "offline")
        juliet.wait("presence", since=start, sender=lamp.address, type="unavailable")

    def test_a_word_sets_its_switch(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        juliet = watched(mqtt_world, lamp)

        juliet.send_message(lamp.address, "on", type="chat")
        lamp.peer.wait(f"{lamp.base}/set", "ON")
        lamp.tell("state", "ON")

        juliet.wait("message", sender=lamp.address, body="Light: ON")
        juliet.wait("presence", sender=lamp.address, xml=with_status("30.0 °C, ON"))

    def test_a_form_sets_its_switch(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        juliet = watched(mqtt_world, lamp)

        asked = juliet.request(lamp.address, f"<command xmlns='{COMMANDS}' node='set' action='execute'/>", type="set")
        session = asked.xml.find(f"{{{COMMANDS}}}command").get("sessionid")
        field = next(field for field in asked.xml.iter(f"{FORM}field") if field.get("type") == "boolean")
        assert field.findtext(f"{FORM}value") in ("0", "false")
        done = juliet.request(lamp.address, (
            f"<command xmlns='{COMMANDS}' node='set' sessionid='{session}'><x xmlns='jabber:x:data' type='submit'>"
            f"<field var='{field.get('var')}'><value>1</value></field></x></command>"), type="set")

        assert done.xml.find(f"{{{COMMANDS}}}command").get("status") == "completed"
        lamp.peer.wait(f"{lamp.base}/set", "ON")
        lamp.tell("state", "ON")
        juliet.wait("message", sender=lamp.address, body="Light: ON")

    def test_who_made_it(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        juliet = watched(mqtt_world, lamp)
        card = juliet.request(lamp.address, "<vCard xmlns='vcard-temp'/>")
        assert card.xml.findtext("{vcard-temp}vCard/{vcard-temp}FN") == lamp.name
        assert "Maker" in card.xml.findtext("{vcard-temp}vCard/{vcard-temp}DESC")

    def test_what_is_taken_away_is_gone(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        juliet = watched(mqtt_world, lamp)
        lamp.announce("sensor", "temp", None)
        juliet.wait("presence", sender=lamp.address, xml=with_status("OFF"))
        start = juliet.mark()
        lamp.announce("switch", "switch", None)
        juliet.wait("presence", since=start, sender=lamp.address, type="unavailable")

    def test_one_that_nobody_knows(self, mqtt_world):
        juliet = mqtt_world.xmpp()
        message_id = juliet.send_message(f"*nobody%{mqtt_world.broker}@mqtt.example.org", "on", type="chat")
        assert juliet.wait("message", id=message_id).condition == "item-not-found"

    def test_a_hostile_announcement_does_no_harm(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        lamp.peer.publish(f"homeassistant/sensor/{lamp.base}/big/config", json.dumps({"x": "x" * 65536, "stat_t": "a"}))
        lamp.peer.publish(f"homeassistant/sensor/{lamp.base}/deep/config", "[" * 5000)
        watched(mqtt_world, lamp)


class TestAllDevices:
    def test_devices_are_occupants_of_one_room(self, mqtt_world):
        lamp = Lamp(mqtt_world)
        juliet = watched(mqtt_world, lamp)
        room = f"!*%{mqtt_world.broker}@mqtt.example.org"

        entered = juliet.join(room, juliet.name)
        assert lamp.slug in entered.nicks
        lamp.tell("heat", '{"t": 32}')

        juliet.wait("presence", sender=f"{room}/{lamp.slug}", xml=with_status("32.0 °C, OFF"))
        juliet.wait("message", type="groupchat", sender=f"{room}/{lamp.slug}", body="32.0 °C, OFF")
