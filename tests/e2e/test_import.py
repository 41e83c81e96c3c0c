"""`isthmus import-biboumi`: what users of a biboumi had is there afterwards."""

import sqlite3
import subprocess

from support import commands
from support.servers import gateway_binary
from test_archive import page

# As biboumi 9.0 makes them (src/database/database.hpp there).
TABLES = """
CREATE TABLE muclogline_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, uuid_ TEXT, owner_ TEXT, ircchanname_ TEXT,
  ircservername_ TEXT, date_ INTEGER, body_ TEXT, nick_ TEXT);
CREATE TABLE globaloptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, maxhistorylength_ INTEGER,
  recordhistory_ INTEGER, persistent_ INTEGER);
CREATE TABLE ircserveroptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, server_ TEXT, pass_ TEXT,
  tlsports_ TEXT, ports_ TEXT, username_ TEXT, realname_ TEXT, verifycert_ INTEGER, trustedfingerprint_ TEXT,
  encodingout_ TEXT, encodingin_ TEXT, maxhistorylength_ INTEGER, address_ TEXT, nick_ TEXT, saslpassword_ TEXT,
  throttlelimit_ INTEGER);
CREATE TABLE ircchanneloptions_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, owner_ TEXT, server_ TEXT, channel_ TEXT,
  encodingout_ TEXT, encodingin_ TEXT, maxhistorylength_ INTEGER, persistent_ INTEGER, recordhistory_ INTEGER);
CREATE TABLE roster (local TEXT, remote TEXT);
CREATE TABLE after_connection_commands_ (id_ INTEGER PRIMARY KEY AUTOINCREMENT, fk_ INTEGER,
  afterconnectioncommand_ TEXT);
"""


def run_import(world, file):
    return subprocess.run([str(gateway_binary()), "--config", str(world.gateway.config), "import-biboumi", str(file)],
                          capture_output=True, text=True, timeout=60, check=False)


def test_rooms_and_archive_are_taken_over(own_world, folder):
    world = own_world(more="", irc={})
    channel = world.channel()
    romeo = world.irc("romeo", channel)
    juliet, nurse = world.xmpp(), world.xmpp("nurse")
    world.gateway.finish()
    file = folder / "biboumi.sqlite"
    with sqlite3.connect(file) as database:
        database.executescript(TABLES)
        now = int(database.execute("SELECT strftime('%s', 'now')").fetchone()[0])
        lines = [(juliet, 300, "hers alone"), (juliet, 200, "/me waves"), (nurse, 200, "/me waves"),
                 (juliet, 100, "both"), (nurse, 100, "both")]
        database.executemany(
            "INSERT INTO muclogline_ VALUES (NULL, ?, ?, ?, ?, ?, ?, 'mercutio')",
            [(f"uuid-{number}", user.bare_jid, channel, world.network, now - age, body)
             for number, (user, age, body) in enumerate(lines)])
        database.execute("INSERT INTO ircchanneloptions_ VALUES (NULL, ?, ?, ?, '', '', 20, 1, 1)",
                         (juliet.bare_jid, world.network, channel))
        database.execute("INSERT INTO globaloptions_ VALUES (NULL, ?, 20, 1, 1)", (nurse.bare_jid,))
    database.close()

    for _ in range(2):  # a second time is harmless
        done = run_import(world, file)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "rooms to stay in: 1" in done.stdout
    assert "lines of the archive: 3 (of 5" in done.stdout
    assert "not taken: the wish to stay in all rooms" in done.stdout

    world.gateway.start()
    romeo.wait("join", source=juliet.name, timeout=30)
    room = world.room(channel)
    assert page(juliet, room).bodies == ["hers alone", "/me waves", "both"]
    assert page(nurse, room).bodies == ["/me waves", "both"]


def test_settings_of_networks_and_rooms_are_taken_over(own_world, folder):
    world = own_world()
    juliet, nurse = world.xmpp(), world.xmpp("nurse")
    hall, garden, attic = world.channel(), world.channel(), world.channel()
    world.gateway.finish()
    file = folder / "biboumi.sqlite"
    with sqlite3.connect(file) as database:
        database.executescript(TABLES)
        database.execute("INSERT INTO ircserveroptions_ (owner_, server_, realname_, encodingin_) VALUES (?, ?, ?, ?)",
                         (juliet.bare_jid, world.network, "Juliet Capulet", "KOI8-R"))
        # 1 is yes, -1 no, and 0 what globaloptions_ says.
        database.executemany(
            "INSERT INTO ircchanneloptions_ (owner_, server_, channel_, encodingin_, persistent_, recordhistory_) "
            "VALUES (?, ?, ?, ?, 0, ?)",
            [(juliet.bare_jid, world.network, hall, "ISO-8859-15", -1), (juliet.bare_jid, world.network, garden, "", 0),
             (nurse.bare_jid, world.network, hall, "", 1), (nurse.bare_jid, world.network, garden, "", 0)])
        # Of a room without settings the file knows by what was kept there before.
        for user in (juliet, nurse):
            for channel in (garden, attic.upper()):
                database.execute("INSERT INTO muclogline_ VALUES (NULL, ?, ?, ?, ?, 1700000000, 'hello', 'mercutio')",
                                 (f"uuid-{user.name}-{channel}", user.bare_jid, channel, world.network))
        database.execute("INSERT INTO globaloptions_ VALUES (NULL, ?, 20, 0, 0)", (nurse.bare_jid,))
    database.close()
    done = run_import(world, file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "settings of networks: 2\nsettings of rooms: 4\n" in done.stdout
    assert "not taken: the wish to keep nothing of rooms that are not in the file" in done.stdout

    world.gateway.start()
    fields = commands.begin(juliet, world.network_address, "settings").fields
    assert (fields["real_name"], fields["charset"]) == ("Juliet Capulet", "KOI8-R")
    wishes = {}
    for user in (juliet, nurse):
        for channel in (hall, garden, attic):
            user.join(world.room(channel), user.name)
            fields = commands.begin(user, world.room(channel), "settings").fields
            wishes[user, channel] = (fields["record"], fields["charset"])
    assert wishes == {(juliet, hall): ("false", "ISO-8859-15"), (juliet, garden): ("true", ""),
                      (juliet, attic): ("true", ""), (nurse, hall): ("true", ""), (nurse, garden): ("false", ""),
                      (nurse, attic): ("false", "")}


def test_what_is_no_file_of_biboumi_is_said_to_be_none(own_world, folder):
    world = own_world()
    world.gateway.finish()
    file = folder / "nonsense.sqlite"
    file.write_text("this is no database, however long it is made to look like one " * 20)
    done = run_import(world, file)
    assert done.returncode == 1
    assert "cannot be read" in done.stdout
    assert run_import(world, folder / "missing.sqlite").returncode == 1
