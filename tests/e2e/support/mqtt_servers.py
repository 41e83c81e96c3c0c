"""Real MQTT brokers."""

import subprocess

from support.process import Process, free_port, give_away, is_listening, server_user

GATEWAY_USER = "isthmus"
GATEWAY_PASSWORD = "the gateway's password"


class Mosquitto(Process):
    """Everybody may publish and read everything, but the gateway's own user nothing below secret/. `more` is added to
    the configuration."""

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
