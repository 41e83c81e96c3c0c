"""What the tests of the WebSocket side start from: a gateway with channels and tokens."""

import itertools

from support.servers import toml_table
from support.websocket_client import TOKEN, WebSocketClient, http
from support.world import World
from support.xmpp_servers import WS_DOMAIN

READER = "a token that may only read"
CHANNELS = [f"c{number}" for number in range(1, 100)]
_numbers = itertools.count(1)


def websocket_configuration(channels=CHANNELS, **more):
    """[websocket] with these channels and two tokens."""
    parts = [toml_table("[[component]]", {"domain": WS_DOMAIN, "adapter": "websocket"}),
             toml_table("[websocket]", more)]
    parts += [toml_table("[[websocket.token]]", {"name": "dash", "token": TOKEN,
                                                 "scopes": ["read:ws:#", "send:ws:#", "state"]}),
              toml_table("[[websocket.token]]", {"name": "reader", "token": READER,
                                                 "scopes": ["read:ws:#", "state"]})]
    parts += [toml_table(f"[websocket.channels.{name}]", {"title": f"The channel {name}"}) for name in channels]
    return "\n".join(parts)


class Stage:
    """The servers, and a channel that no other test has."""

    def __init__(self, servers):
        servers.gateway.forget()
        if not servers.gateway.is_alive():
            servers.gateway.start()
        self.world = World(servers)
        self.gateway = servers.gateway
        self.port = servers.gateway.http_port
        self.channel = f"c{next(_numbers)}"
        self.contact = f"{self.channel}@{WS_DOMAIN}"
        self.room = f"!{self.channel}@{WS_DOMAIN}"
        self.address = f"ws:{self.channel}"
        self.clients = []

    def client(self, **options):
        client = WebSocketClient(self.port, **options)
        self.clients.append(client)
        return client

    def subscribed(self, **options):
        client = self.client(**options)
        client.subscribe(f"{self.address}/#")
        return client

    def post(self, text, **more):
        """Says it in the channel over HTTP; its id."""
        answer = http(self.port, "/v1/messages", body={"to": self.address, "text": text, **more})
        assert answer.status == 202, answer.body
        return answer.json["id"]

    def close(self):
        for client in self.clients:
            client.close()
        self.world.close()
        self.gateway.check()
