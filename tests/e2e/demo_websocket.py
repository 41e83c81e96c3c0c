"""The dashboard's part of the tour: what an XMPP user types is a value there, and a switch is said in chat."""

import secrets

from support.servers import toml_table
from support.websocket_client import WebSocketClient
from support.xmpp_servers import WS_DOMAIN

CHANNEL = "plant"
CONTACT = f"{CHANNEL}@{WS_DOMAIN}"
ROOM = f"!{CHANNEL}@{WS_DOMAIN}"
TOKEN = secrets.token_urlsafe(32)


def configuration():
    """What the gateway's configuration says of it."""
    token = {"name": "dashboard", "token": TOKEN, "scopes": ["read:ws:#", "send:ws:#", "state"]}
    return "\n".join([toml_table("[[component]]", {"domain": WS_DOMAIN, "adapter": "websocket"}),
                      toml_table(f"[websocket.channels.{CHANNEL}]", {"title": "The plant"}),
                      toml_table("[[websocket.token]]", token)])


def tour_websocket(tour, juliet, servers):
    tour.title(f"The channel {CHANNEL}, which is the contact {CONTACT} and a dashboard")
    client = WebSocketClient(servers.gateway.http_port, token=TOKEN)
    try:
        def value():
            client.subscribe(f"ws:{CHANNEL}/#")
            juliet.send_message(CONTACT, "temp 21.5 °C", type="chat")
            frame = client.wait(t="msg", kind="value")
            assert (frame["from"], frame["value"], frame["unit"]) == (f"ws:{CHANNEL}/temp", 21.5, "°C"), frame

        def switch():
            client.send({"t": "send", "to": f"ws:{CHANNEL}/lamp", "value": True})
            juliet.wait("message", sender=CONTACT, body="dashboard: lamp on")

        def room():
            entry = juliet.join(ROOM, "juliet")
            assert "dashboard" in entry.nicks, entry.nicks

        tour.step("juliet → dashboard  “temp 21.5 °C”  is the number 21.5 there", value)
        tour.step("dashboard → juliet  the switch “lamp” is “lamp on” in chat", switch)
        tour.step(f"the dashboard is an occupant of the room {ROOM}", room)
    finally:
        client.close()
