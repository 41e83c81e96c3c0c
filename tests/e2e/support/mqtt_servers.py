"""Real MQTT brokers."""

import subprocess

from support.process import Process, free_port, give_away, is_listening, server_user
from support.xmpp_servers import MQTT_DOMAIN, USERS_DOMAIN, Ejabberd

GATEWAY_USER = "isthmus"
GATEWAY_PASSWORD = "the gateway's password"


class Mosquitto(Process):
    """Everybody may publish and read everything, but the gateway's own user nothing below secret/. `more` is added to
    the configuration."""

    login = GATEWAY_USER  # of the gateway
    peer_login = None     # of other programs
    checks_payloads = False  # refuses what is said to be UTF-8 and is not

    def __init__(self, folder, name="mosquitto", more=""):
        super().__init__(name, folder)
        self.port = free_port()
        self.config = self.folder / f"{name}.conf"
        passwords = self.folder / f"{name}.passwords"
        rights = self.folder / f"{name}.acl"
        subprocess.run(["mosquitto_passwd", "-c", "-b", str(passwords), GATEWAY_USER, GATEWAY_PASSWORD], check=True,
                       capture_output=True)
        rights.write_text(f"topic readwrite #\nuser {GATEWAY_USER}\ntopic readwrite #\ntopic deny secret/#\n")
        for file in (passwords, rights):
            give_away(file)
        self.config.write_text(f"""
listener {self.port} 127.0.0.1
allow_anonymous true
password_file {passwords}
acl_file {rights}
persistence true
persistence_location {self.folder}/
max_queued_messages 0
max_inflight_messages 0
set_tcp_nodelay true
{more}
""")

    def command(self):
        return ["/usr/sbin/mosquitto", "-c", str(self.config)]

    def user(self):
        return server_user()

    def is_ready(self):
        return is_listening(self.port)


class EjabberdWithMqtt(Ejabberd):
    """An XMPP server that is an MQTT broker too: another implementation of both versions. Everybody may publish and
    read everything; users are XMPP addresses."""

    def __init__(self, folder):
        super().__init__(folder)
        self.mqtt_port = free_port()
        text = self.config.read_text()
        text = text.replace("listen:\n", f'listen:\n  - {{ ip: "127.0.0.1", port: {self.mqtt_port}, module: mod_mqtt }}\n')
        text = text.replace("modules:\n", "modules:\n  mod_mqtt: {}\n")
        text = text.replace("domain_balancing:\n",
                            f'domain_balancing:\n  "{MQTT_DOMAIN}": {{ type: bare_source, component_number: 2 }}\n')
        self.config.write_text(text)

    def is_ready(self):
        return super().is_ready() and is_listening(self.mqtt_port)

    def broker(self, _folder):
        """Its MQTT side, as MqttServers wants it."""
        return Embedded(self.mqtt_port)


class Embedded:
    """A broker that another server starts and stops."""

    login = f"gateway@{USERS_DOMAIN}"
    peer_login = f"device@{USERS_DOMAIN}"
    checks_payloads = True

    def __init__(self, port):
        self.port = port

    def spawn(self):
        return self

    def wait_until_ready(self):
        return self

    def stop(self):
        """There is nothing to do."""
