"""What the MQTT tests start from: a broker, an XMPP server and the gateway between them."""

import itertools

from support.mqtt_client import MqttPeer
from support.mqtt_servers import GATEWAY_PASSWORD, GATEWAY_USER, Mosquitto
from support.process import make_folder
from support.servers import Gateway, toml_table
from support.xmpp_client import XmppUser
from support.xmpp_servers import MQTT_DOMAIN, PASSWORD, USERS_DOMAIN, Prosody

_numbers = itertools.count(1)

# The broker's names in the gateway's configuration, by the version of MQTT that is spoken with it.
BROKERS = {"plant": 5, "old": 3}


def encoded(topic):
    """The body of a topic's address, as the grammar of docs/user/mqtt.md says: independent of the gateway's own."""
    escapes = {character: f"\\{ord(character):02x}" for character in " \"&'/:<>@"}
    body = ""
    for at, character in enumerate(topic):
        is_edge = at in (0, len(topic) - 1)
        if "A" <= character <= "Z":
            body += "^" + character.lower()
        elif character in "%=^!*~" or not " " <= character < "\x7f" or (character == " " and is_edge):
            body += "".join(f"={byte:02x}" for byte in character.encode())
        else:
            body += escapes.get(character, character)
    return body


def broker_section(name, url, version=5, **more):
    options = {"url": url, "version": version, "username": GATEWAY_USER, "password": GATEWAY_PASSWORD,
               "client_id": f"isthmus-{name}", "publish": ["#"], "subscribe": ["#"], "interval": "0ms",
               "status_interval": "0ms"}
    return toml_table(f"[mqtt.brokers.{name}]", {**options, **more})


class MqttServers:
    """`sections` are the brokers' sections, or a function that makes them from the broker's
    port; None: BROKERS as they are."""

    def __init__(self, folder, *, xmpp_server=Prosody, broker=Mosquitto, sections=None, mqtt=None, more="", access=None):
        self.folder = make_folder(folder)
        self.xmpp_server = xmpp_server(self.folder)
        # Of an XMPP server that is a broker too, that one.
        self.broker = getattr(self.xmpp_server, "broker", broker)(self.folder)
        url = f"mqtt://127.0.0.1:{self.broker.port}"
        if callable(sections):
            sections = [sections(self.broker.port)]
        elif sections is None:
            sections = [broker_section(name, url, version, username=self.broker.login)
                        for name, version in BROKERS.items()]
        component = toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"})
        mqtt_table = toml_table("[mqtt]", {"reconnect_base": "200ms", "publish_rate": 0.0, **(mqtt or {})})
        self.gateway = Gateway(self.folder, self.xmpp_server.component_port, {},
                               more="\n".join([component, mqtt_table, *sections, more]), access=access)

    def start(self):
        for server in (self.broker, self.xmpp_server):
            server.spawn()
        for server in (self.broker, self.xmpp_server):
            server.wait_until_ready()
        self.gateway.start()
        return self

    def stop(self):
        try:
            self.gateway.finish()
        finally:
            for server in (self.broker, self.xmpp_server):
                server.stop()


class MqttWorld:
    """The servers of a test, and makers of topics and people that no other test has."""

    def __init__(self, servers, broker="plant"):
        self.servers = servers
        self.gateway = servers.gateway
        self.broker = broker
        self.version = BROKERS.get(broker, 5)
        self._people = []

    @staticmethod
    def topic(base="home/temp"):
        return f"{base}{next(_numbers)}"

    def contact(self, topic, broker=None):
        return f"{encoded(topic)}%{broker or self.broker}@{MQTT_DOMAIN}"

    def room(self, topic_filter, broker=None):
        return f"!{encoded(topic_filter)}%{broker or self.broker}@{MQTT_DOMAIN}"

    @property
    def broker_address(self):
        return f"{self.broker}@{MQTT_DOMAIN}"

    def xmpp(self, base="juliet", resource="balcony", account=None):
        name = account or f"{base}{next(_numbers)}"
        self.servers.xmpp_server.add_account(name, USERS_DOMAIN)
        user = XmppUser(self.servers.xmpp_server.port, f"{name}@{USERS_DOMAIN}/{resource}", PASSWORD)
        user.name = name
        self._people.append(user.disconnect)
        return user.connect()

    def mqtt(self, *subscribed, version=None):
        peer = MqttPeer(self.servers.broker.port, version=version or self.version,
                        username=self.servers.broker.peer_login)
        self._people.append(peer.close)
        for topic in subscribed:
            peer.subscribe(topic)
        return peer

    def subscribed(self, topic, user=None):
        """A user who has `topic` as a contact."""
        user = user or self.xmpp()
        start = user.mark()
        user.send_presence(self.contact(topic), type="subscribe")
        user.wait("presence", since=start, sender=self.contact(topic), type="")
        return user

    def close(self):
        for leave in reversed(self._people):
            leave()
