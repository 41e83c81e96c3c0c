"""What people see: Converse.js in Chromium over WebSocket, and profanity in a terminal, in a channel of IRC and in a room
of MQTT. Screenshots are left in build/clients; those of docs/user were made here."""

import pytest

from support.irc_servers import Inspircd
from support.mqtt_servers import Mosquitto
from support.mqtt_world import MqttWorld, broker_section
from support.process import REPOSITORY, RUN_FOLDER, make_folder
from support.real_clients import Converse, Profanity, ProsodyForBrowsers
from support.servers import Servers, toml_table
from support.world import World
from support.xmpp_servers import MQTT_DOMAIN

SHOTS = REPOSITORY / "build" / "clients"
CHANNEL = "#verona"
SUBJECT = "Where we lay our scene"
ENTERED = "This groupchat is not anonymous"  # that addresses are seen (XEP-0045 §7.2.2)


class Net(Inspircd):
    network = "irc.example.net"


@pytest.fixture(scope="module")
def servers():
    SHOTS.mkdir(parents=True, exist_ok=True)
    broker = Mosquitto(make_folder(RUN_FOLDER / "clients-broker")).start()
    component = toml_table("[[component]]", {"domain": MQTT_DOMAIN, "adapter": "mqtt"})
    section = broker_section("plant", f"mqtt://127.0.0.1:{broker.port}")
    running = Servers(RUN_FOLDER / "clients", xmpp_server=ProsodyForBrowsers, ircds=(Net,), more=component + section)
    running.broker = broker
    running.start()
    yield running
    running.stop()
    broker.stop()


@pytest.fixture
def world(servers):
    world = World(servers)
    yield world
    world.close()
    servers.gateway.check()


@pytest.fixture
def plant(servers):
    plant = MqttWorld(servers)
    yield plant
    plant.close()


class Window(Converse):
    """Converse.js as a test looks at it."""

    def open_room(self, room):
        self.do("click", selector=f'a.open-room[data-room-jid="{room.replace(chr(92), chr(92) * 2)}"]')

    def shows(self, text, selector=".chat-msg__text"):
        self.do("wait", selector=f"{selector}:visible", text=text)

    def texts(self, selector):
        return self.do("eval", code=f"[...document.querySelectorAll({selector!r})].filter((it) => it.offsetParent)"
                                    ".map((it) => it.innerText.trim())")


@pytest.fixture
def converse(world):
    windows = []

    def open_window(name, *rooms):
        world.xmpp_server.add_account(name)
        windows.append(Window(world.xmpp_server, name, SHOTS, rooms))
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()


def test_a_channel_in_converse(world, converse):
    room = world.room(CHANNEL)
    romeo, nurse = world.irc(nick="romeo", channel=CHANNEL), world.irc(nick="nurse", channel=CHANNEL)
    romeo.set_topic(CHANNEL, SUBJECT)
    page = converse("juliet", room)
    romeo.wait("join", source="juliet")
    page.open_room(room)
    page.shows(SUBJECT, ".chat-head__desc")
    romeo.say(CHANNEL, "But soft, what light through yonder window breaks?")
    page.shows("what light through yonder")
    nurse.act(CHANNEL, "calls within")
    page.shows("calls within")
    page.do("fill", selector=".chat-textarea:visible", text="Good night, good night")
    page.do("press", key="Enter")
    romeo.wait("pubmsg", text="Good night, good night")
    page.shows("Good night, good night")
    nurse.say(CHANNEL, "juliet: your lady mother!")
    page.shows("your lady mother")
    page.do("shoot", name="converse-irc")

    assert page.texts(".chatbox-title__text") == [CHANNEL]
    assert sorted(page.texts(".occupant-nick")) == ["juliet", "nurse", "romeo"]
    # Entering and leaving stand below, for a moment; nothing of that is among the words.
    assert set(page.texts(".chat-info")) <= {ENTERED}
    assert [text.split("\n")[-1] for text in page.texts(".open-room")] == [CHANNEL]


def test_a_filter_in_converse(world, plant, converse):
    room = plant.room("home/#")
    device = plant.mqtt()
    device.publish("home/kitchen/temp", "21.0", retain=True)
    device.publish("home/kitchen/lamp", "on", retain=True)
    listener = plant.mqtt("home/kitchen/lamp")
    page = converse("paris", room)
    page.open_room(room)
    for topic in ("kitchen/lamp", "kitchen/temp"):
        page.shows(topic, ".occupant-nick")
    device.publish("home/kitchen/temp", "21.5", retain=True)
    page.shows("21.5")
    page.do("fill", selector=".chat-textarea:visible", text="kitchen/lamp: off")
    page.do("press", key="Enter")
    listener.wait("home/kitchen/lamp", "off")
    device.publish("home/kitchen/temp", "22.0", retain=True)
    page.shows("22.0")
    page.do("shoot", name="converse-mqtt")

    assert page.texts(".chatbox-title__text") == ["home/#"]
    assert sorted(page.texts(".occupant-nick")) == ["kitchen/lamp", "kitchen/temp", "paris"]
    assert set(page.texts(".chat-info")) <= {ENTERED}


def test_both_in_a_terminal(world, plant):
    romeo = world.irc(nick="mercutio", channel="#mantua")
    device = plant.mqtt()
    device.publish("hall/temp", "19.0", retain=True)
    world.xmpp_server.add_account("benvolio")
    terminal = Profanity(world.xmpp_server, "benvolio", RUN_FOLDER / "profanity")
    try:
        terminal.type(f"/join {world.room('#mantua')} nick benvolio")
        romeo.wait("join", source="benvolio")
        terminal.wait("You have joined the room as benvolio")
        romeo.say("#mantua", "I am hurt")
        terminal.wait("mercutio: I am hurt")
        terminal.type("What, art thou hurt?")
        romeo.wait("pubmsg", text="What, art thou hurt?")
        terminal.wait("benvolio: What, art thou hurt?")
        (SHOTS / "profanity-irc.txt").write_text(terminal.screen())
        terminal.type(f"/join {plant.room('hall/#')} nick benvolio")
        terminal.wait("temp: 19.0")
        device.publish("hall/temp", "19.5")
        terminal.wait("temp: 19.5")
        (SHOTS / "profanity-mqtt.txt").write_text(terminal.screen())
    finally:
        terminal.close()
