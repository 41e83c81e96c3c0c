"""Clients that people use: Converse.js in Chromium, and profanity in a terminal."""

import functools
import http.server
import json
import shutil
import subprocess
import threading

from support.peers import PEERS, Node
from support.process import free_port, is_listening, make_folder, wait_until
from support.xmpp_servers import PASSWORD, USERS_DOMAIN, KeepingProsody


class ProsodyForBrowsers(KeepingProsody):
    """With XMPP over WebSocket (RFC 7395), and what clients expect of a server of today."""

    def __init__(self, folder):
        super().__init__(folder)
        self.http_port = free_port()
        text = self.config.read_text().replace(
            'modules_enabled = { ',
            f'http_ports = {{ {self.http_port} }}\nhttps_ports = {{}}\nhttp_interfaces = {{ "127.0.0.1" }}\n'
            f'http_default_host = "{USERS_DOMAIN}"\nconsider_websocket_secure = true\n'
            'modules_enabled = { "websocket", "pep", "blocklist", "mam", ')
        self.config.write_text(text)

    @property
    def websocket_url(self):
        return f"ws://127.0.0.1:{self.http_port}/xmpp-websocket"

    def is_ready(self):
        return super().is_ready() and is_listening(self.http_port)


PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Converse</title>
<link rel="stylesheet" href="/converse.min.css"></head>
<body class="reset"><script type="module">import "/converse.min.js"; window.converse.initialize({settings});</script></body></html>
"""


class Converse(Node):
    """Converse.js, logged in as `name`; screenshots go to `shots`."""

    def __init__(self, server, name, shots, rooms=()):
        settings = {"authentication": "login", "auto_login": True, "jid": f"{name}@{USERS_DOMAIN}", "password": PASSWORD,
                    "websocket_url": server.websocket_url, "discover_connection_methods": False, "assets_path": "/",
                    "view_mode": "fullscreen", "theme": "classic", "i18n": "en", "play_sounds": False, "loglevel": "warn",
                    "auto_join_rooms": [{"jid": room, "nick": name} for room in rooms], "allow_url_history_change": False,
                    "show_desktop_notifications": False, "auto_away": 0, "stanza_timeout": 20000}
        folder = make_folder(shots / "converse")
        (folder / "index.html").write_text(PAGE.replace("{settings}", json.dumps(settings)))
        self._pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, folder))
        threading.Thread(target=self._pages.serve_forever, daemon=True).start()
        super().__init__("browser.mjs", shots)
        self.do("look", width=960, height=480)
        self.do("open", url=f"http://127.0.0.1:{self._pages.server_address[1]}/index.html")

    def close(self):
        super().close()
        self._pages.shutdown()
        self._pages.server_close()


class Pages(http.server.SimpleHTTPRequestHandler):
    """`folder`, and what is not there from Converse's own files."""

    def __init__(self, folder, *args):
        self._folder = folder
        super().__init__(*args)

    def translate_path(self, path):
        path = path.partition("?")[0].lstrip("/")
        own = self._folder / path
        return str(own if own.is_file() else PEERS / "node_modules" / "converse.js" / "dist" / path)

    def log_message(self, *_):
        pass


class Profanity:
    """profanity in a terminal of its own (tmux)."""

    def __init__(self, server, name, folder):
        self.folder = make_folder(folder)
        self._socket = self.folder / "tmux"
        config = self.folder / "config" / "profanity"
        config.mkdir(parents=True)
        (config / "profrc").write_text("[connection]\n[ui]\nsplash=false\n[notifications]\n")
        self._tmux("new-session", "-d", "-x", "110", "-y", "32",
                   f"env HOME={self.folder} XDG_CONFIG_HOME={self.folder}/config XDG_DATA_HOME={self.folder}/data "
                   "LANG=C.UTF-8 profanity")
        try:
            self._log_in(server, name)
        except AssertionError:
            self.close()
            raise

    def _log_in(self, server, name):
        self.wait("Profanity")
        self.type(f"/connect {name}@{USERS_DOMAIN} server 127.0.0.1 port {server.port} tls disable")
        self.wait("password")
        self.type(PASSWORD)
        self.wait("logged in successfully")

    def _tmux(self, *words):
        return subprocess.run(["tmux", "-S", str(self._socket), "-f", "/dev/null", *words], capture_output=True, text=True,
                              check=True, timeout=20).stdout

    def type(self, line):
        self._tmux("send-keys", "-l", line)
        self._tmux("send-keys", "Enter")

    def screen(self):
        return self._tmux("capture-pane", "-p")

    def wait(self, text):
        def shown():
            return text in self.screen()
        try:
            wait_until(shown, f"profanity shows {text!r}", 20)
        except AssertionError as error:
            raise AssertionError(f"{error}:\n{self.screen()}") from None

    def close(self):
        self._tmux("kill-server")
        shutil.rmtree(self.folder, ignore_errors=True)
