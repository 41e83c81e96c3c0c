"""Databases of each schema that was, as texts in tests/e2e/upgrade, and the world that they were written in.

`python3 -m support.upgrade` (in tests/e2e, with ISTHMUS_BINARY) writes the one of the schema of today: once for each
schema, before the next one comes, since what was written by an old program is what must be found by a new one."""

import os
import sqlite3
import subprocess
from pathlib import Path

from support import commands
from support.forms import submit
from support.irc_client import IrcUser
from support.irc_servers import Ngircd
from support.mqtt_client import MqttPeer
from support.mqtt_servers import Mosquitto
from support.process import REPOSITORY, RUN_FOLDER, free_port, give_away, make_folder
from support.servers import Gateway, gateway_binary
from support.world import person_address, room_address
from support.xmpp_client import XmppUser
from support.xmpp_servers import MQTT_DOMAIN, PASSWORD, USERS_DOMAIN, KeepingProsody

FIXTURES = REPOSITORY / "tests" / "e2e" / "upgrade"
KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

CHANNEL = "#lounge"
ROOM = room_address(CHANNEL, Ngircd.network)
ROMEO = person_address("romeo", Ngircd.network)
NETWORK = f"{Ngircd.network}@irc.example.org"
LAMP = f"home\\2flamp%plant@{MQTT_DOMAIN}"
TOPIC = "home/lamp"
REAL_NAME = "Juliet Capulet"
SEALED = "opened with the key"  # is said to romeo by a command that lies sealed in the database
OWNER = "http://jabber.org/protocol/muc#owner"
ROOM_FORM = "http://jabber.org/protocol/muc#roomconfig"


class UpgradeWorld:
    """Prosody, ngIRCd, mosquitto, and a gateway whose database is loaded from `dump` (text of SQL, or None)."""

    def __init__(self, folder, dump=None):
        self.folder = make_folder(folder)
        self.xmpp_server = KeepingProsody(self.folder)
        self._keep_contacts()
        self.ircd = Ngircd(self.folder)
        self.broker = Mosquitto(self.folder)
        self.gateway = Gateway(self.folder, self.xmpp_server.component_port, {})
        # A path of a socket has at most 107 bytes, and the folder may be deep.
        socket = f"/tmp/isthmus-upgrade-{os.getpid()}-{free_port()}.sock"
        text = (FIXTURES / "isthmus.toml").read_text()
        for name, value in {"component_port": self.xmpp_server.component_port, "http_port": self.gateway.http_port,
                            "irc_port": self.ircd.port, "mqtt_port": self.broker.port, "socket": socket}.items():
            text = text.replace("{" + name + "}", str(value))
        self.gateway.config.write_text(text)
        key = self.folder / "key"
        key.write_text(KEY)
        key.chmod(0o600)
        self.database = self.folder / "isthmus.db"
        if dump is not None:
            with sqlite3.connect(self.database) as sql:
                sql.executescript(dump)
        self._people = []

    def _keep_contacts(self):
        """The users' own server remembers whom they have as contacts."""
        config = self.xmpp_server.config
        config.write_text(config.read_text().replace('offline = "internal"', 'offline = "internal"; roster = "internal"'))
        folder = self.xmpp_server.data / USERS_DOMAIN.replace(".", "%2e") / "roster"
        folder.mkdir(parents=True)
        entries = "".join(f'["{contact}"] = {{ subscription = "to", groups = {{}} }}; '
                          for contact in (ROMEO, LAMP.replace("\\", "\\\\")))
        (folder / "juliet.dat").write_text(f"return {{ [false] = {{ version = 1 }}; {entries} }};\n")
        for path in (folder.parent, folder, folder / "juliet.dat"):
            give_away(path)

    def start_servers(self):
        for server in (self.xmpp_server, self.ircd, self.broker):
            server.start()

    def juliet(self):
        self.xmpp_server.add_account("juliet")
        user = XmppUser(self.xmpp_server.port, f"juliet@{USERS_DOMAIN}/balcony", PASSWORD).connect()
        self._people.append(user.disconnect)
        return user

    def romeo(self):
        user = IrcUser(self.ircd.port, "romeo")
        user.connect()
        self._people.append(user.close)
        return user.join(CHANNEL)

    def lamp(self):
        peer = MqttPeer(self.broker.port)
        self._people.append(peer.close)
        return peer

    def command_line(self, *words):
        return subprocess.run([str(gateway_binary()), "--config", str(self.gateway.config), *words], capture_output=True,
                              text=True, timeout=60)

    def rows(self, query):
        with sqlite3.connect(self.database) as sql:
            return sql.execute(query).fetchall()

    def stop(self):
        for leave in reversed(self._people):
            leave()
        try:
            self.gateway.finish()
        finally:
            for server in (self.broker, self.ircd, self.xmpp_server):
                server.stop()


def live(world):
    """One of everything that the database keeps."""
    romeo, juliet, lamp = world.romeo(), world.juliet(), world.lamp()
    commands.run(juliet, NETWORK, "settings", real_name=REAL_NAME, commands=f"PRIVMSG romeo :{SEALED}")
    juliet.join(ROOM, "juliet")
    form = submit(ROOM_FORM, {"muc#roomconfig_persistentroom": "1"})
    assert juliet.request(ROOM, f"<query xmlns='{OWNER}'>{form}</query>", type="set").type == "result"
    romeo.say(CHANNEL, "she speaks")
    juliet.wait("message", body="she speaks")
    juliet.send_message(ROOM, "ay me")
    juliet.wait("message", body="ay me", sender=f"{ROOM}/juliet")
    juliet.send_message(ROMEO, "good night", type="chat")
    romeo.wait("privmsg", text="good night")
    romeo.say("juliet", "sweet repose")
    juliet.wait("message", body="sweet repose", type="chat")
    for contact in (ROMEO, LAMP):
        start = juliet.mark()
        juliet.send_presence(contact, type="subscribe")
        juliet.wait("presence", since=start, sender=contact, type="")
    lamp.publish(TOPIC, "on")
    juliet.wait("message", body="on")
    made = world.command_line("token", "add", "meter", "--scope", "read:ws:#")
    assert made.returncode == 0, made.stdout + made.stderr


def record():
    world = UpgradeWorld(RUN_FOLDER / "upgrade-record")
    world.start_servers()
    world.gateway.start()
    try:
        live(world)
    finally:
        world.stop()
    with sqlite3.connect(world.database) as sql:
        version = sql.execute("PRAGMA user_version").fetchone()[0]
        lines = [*sql.iterdump(), f"PRAGMA user_version = {version};"]
    path = Path(FIXTURES / f"schema{version}.sql")
    path.write_text("\n".join(lines) + "\n")
    print(path)


if __name__ == "__main__":
    record()
