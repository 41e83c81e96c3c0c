"""The gateways that the benchmark compares: how each is configured and started.

A subject is a class with a `name`, a `command(folder, place)` that writes what the program needs into `folder` and
returns its command line, and `figures(folder)` that the load program cannot see. A further one is a further class in SUBJECTS.
"""

import contextlib
import dataclasses
import pathlib
import sqlite3

DOMAIN = "irc.bench.example"
NETWORK = "irc.localhost"
SECRET = "bench"

BIBOUMI_TABLES = """
CREATE TABLE globaloptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, maxhistorylength_ INTEGER,
  recordhistory_ INTEGER, persistent_ INTEGER);
CREATE TABLE ircserveroptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, server_ TEXT, pass_ TEXT,
  tlsports_ TEXT, ports_ TEXT, username_ TEXT, realname_ TEXT, verifycert_ INTEGER, trustedfingerprint_ TEXT,
  encodingout_ TEXT, encodingin_ TEXT, maxhistorylength_ INTEGER, address_ TEXT, nick_ TEXT, saslpassword_ TEXT,
  throttlelimit_ INTEGER);
"""


@dataclasses.dataclass
class Place:
    """What the load program offers: its ports on 127.0.0.1, and how many users (user0@bench.example …) will come."""

    xmpp_port: int
    irc_port: int
    users: int


class Isthmus:
    name = "isthmus"

    def __init__(self, program: pathlib.Path, archive: bool = False):
        self.program = program
        self.name = "isthmus_archive" if archive else "isthmus"
        self.archive = archive  # what is said is kept on disk; biboumi keeps nothing here

    def command(self, folder: pathlib.Path, place: Place) -> list[str]:
        config = folder / "isthmus.toml"
        config.write_text(f"""\
[xmpp]
host = "127.0.0.1"
port = {place.xmpp_port}
secret = "{SECRET}"

[[component]]
domain = "{DOMAIN}"
adapter = "irc"

[storage]
path = "{folder / "isthmus.db" if self.archive else ":memory:"}"

[access]
users = ["*"]
rate = 0
total_rate = 0
max_rooms = 10000

[http]
listen = ""

[irc]
archive = {"true" if self.archive else "false"}

[log]
level = "warn"

[irc.networks."{NETWORK}"]
host = "127.0.0.1"
port = {place.irc_port}
tls = "off"
flood_rate = 0
connect_rate = 0
""")
        return [str(self.program), "--config", str(config)]

    def figures(self, folder: pathlib.Path) -> dict[str, float]:
        """What the load program cannot see: of what was said, how much is on disk at the end of the load."""
        if not self.archive:
            return {}
        connection = sqlite3.connect(f"file:{folder / 'isthmus.db'}?mode=ro", uri=True, timeout=10)
        with contextlib.closing(connection):
            return {"rows_on_disk": connection.execute("SELECT count(*) FROM archive").fetchone()[0]}


class Biboumi:
    name = "biboumi"

    def __init__(self, program: pathlib.Path):
        self.program = program

    def command(self, folder: pathlib.Path, place: Place) -> list[str]:
        database = folder / "biboumi.sqlite"
        self._write_settings(database, place)
        config = folder / "biboumi.cfg"
        config.write_text(f"""\
hostname={DOMAIN}
password={SECRET}
xmpp_server_ip=127.0.0.1
port={place.xmpp_port}
db_name={database}
log_level=3
identd_port=0
persistent_by_default=false
""")
        return [str(self.program), str(config)]

    def figures(self, folder: pathlib.Path) -> dict[str, float]:
        return {}

    @staticmethod
    def _write_settings(database: pathlib.Path, place: Place) -> None:
        """What each user would set by ad-hoc commands: the network's address, no throttle, no archive.

        biboumi 9.0 creates its tables when it starts, and keeps those that it finds with these columns.
        """
        owners = [f"user{i}@bench.example" for i in range(place.users)]
        with sqlite3.connect(database) as connection:
            connection.executescript(BIBOUMI_TABLES)
            connection.executemany(
                "INSERT INTO globaloptions_ VALUES (NULL, ?, 20, 0, 0)", [(owner,) for owner in owners])
            connection.executemany(
                "INSERT INTO ircserveroptions_ VALUES"
                " (NULL, ?, ?, '', '', ?, '', '', 0, '', '', '', 20, '127.0.0.1', '', '', -1)",
                [(owner, NETWORK, str(place.irc_port)) for owner in owners])
        connection.close()
