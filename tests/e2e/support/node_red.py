"""Node-RED without its editor, with the flow of tests/e2e/peers: it listens with its own websocket node, writes down what
came, and answers with its http request node and its websocket node."""

import json
import os

from support.peers import PEERS
from support.process import Process, wait_until
from support.websocket_client import url

SETTINGS = """module.exports = { httpAdminRoot: false, httpNodeRoot: false, credentialSecret: false,
  telemetry: { enabled: false }, logging: { console: { level: 'info' } } };
"""


class NodeRed(Process):
    def __init__(self, folder, port, token, topics):
        super().__init__("node-red", folder)
        self.record = self.folder / "record.jsonl"
        self.socket = url(port, topic=topics, format="flat", name="flow")
        self.messages = url(port, "/v1/messages", "http")
        self.token = token
        (self.folder / "settings.js").write_text(SETTINGS)
        (self.folder / "flow.json").write_text((PEERS / "node_red_flow.json").read_text())

    def command(self):
        return ["node", str(PEERS / "node_modules" / "node-red" / "red.js"), "--userDir", str(self.folder),
                "--settings", str(self.folder / "settings.js"), "flow.json"]

    def environment(self):
        own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return {**own, "GATEWAY_SOCKET": self.socket, "GATEWAY_MESSAGES": self.messages,
                "GATEWAY_BEARER": f"Bearer {self.token}", "GATEWAY_RECORD": str(self.record)}

    def is_ready(self):
        return "Started flows" in self.out.read_text()

    def wait(self, timeout=60.0, **wanted):
        """The first record with these members."""
        def found():
            lines = self.record.read_text().splitlines() if self.record.exists() else []
            records = [json.loads(line) for line in lines]
            return next((one for one in records if wanted.items() <= one.items()), None)

        return wait_until(found, f"the flow has written {wanted}", timeout)
