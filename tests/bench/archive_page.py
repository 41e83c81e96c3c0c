#!/usr/bin/python3
"""How long a page from the middle of a large archive takes, from the query to the last byte of the answer, through the
component: each time with a gateway that has just started and a file that is not in the system's cache.

Usage: archive_page.py [--isthmus PROGRAM] [--rows 1000000] [--folder FOLDER]
"""

import argparse
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import time

import subjects

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAM = "urn:xmpp:mam:2"
RSM = "http://jabber.org/protocol/rsm"
READER = "user0@bench.example"
ROOM = f"#hall%{subjects.NETWORK}@{subjects.DOMAIN}"
FIRST = 1_750_000_000_000  # milliseconds since 1970, of the first row; one a millisecond follows
POSITION_BITS = 20
PATIENCE = 20  # seconds
PAGE = 100


def field(name, value):
    return f"<field var='{name}'><value>{value}</value></field>"


def query(inside, fields=""):
    form = f"<x xmlns='jabber:x:data' type='submit'>{field('FORM_TYPE', MAM)}{fields}</x>" if fields else ""
    return (f"<iq type='set' id='q' from='{READER}/bench' to='{ROOM}'><query xmlns='{MAM}'>{form}"
            f"<set xmlns='{RSM}'><max>{PAGE}</max>{inside}</set></query></iq>").encode()


class Server:
    """The XMPP server's side of one component stream."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.stream = None

    def accept(self):
        self.stream, _ = self.listener.accept()
        self.stream.settimeout(PATIENCE)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read_until(b"jabber:component:accept")
        self.stream.sendall(b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
                            b"xmlns='jabber:component:accept' from='irc.bench.example' id='i'>")
        digest = hashlib.sha1(("i" + subjects.SECRET).encode()).hexdigest()
        self.read_until(f"{digest}</handshake>".encode())
        self.stream.sendall(b"<handshake/>")

    def read_until(self, mark):
        received = b""
        while mark not in received:
            data = self.stream.recv(1 << 20)
            assert data, f"the stream ended before {mark} came, after {received[-200:]}"
            received += data
        return received


@contextlib.contextmanager
def gateway(program, folder):
    """The server's side of its stream."""
    server = Server()
    command = subjects.Isthmus(program, archive=True).command(folder, subjects.Place(server.port, 1, 1))
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server.accept()
        yield server
    finally:
        process.terminate()
        server.listener.close()
        if server.stream is not None:
            server.stream.close()
        process.wait(PATIENCE)


def row_id(number):
    return f"{number:032x}"


def fill(path, rows):
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO users (id, owner) VALUES (1, ?)", (READER,))
        database.execute("INSERT INTO places (id, adapter, network, native) VALUES (1, 'irc', ?, '#hall')",
                         (subjects.NETWORK,))
        database.executemany(
            "INSERT INTO archive (place, position, number, id, sender, account, author, author_id, kind, text, rest) "
            "VALUES (1, ?, ?, ?, ?, '', NULL, '', 0, ?, '')",
            (((FIRST + i) << POSITION_BITS, i + 1, row_id(i), f"nick{i % 100}",
              f"message {i} of a usual length, as people write them to each other in channels") for i in range(rows)))
        database.execute("INSERT INTO visits (place, user, since, until) VALUES (1, 1, 0, ?)",
                         ((FIRST + rows) << POSITION_BITS,))


def forget(folder):
    """Takes the store's files out of the system's cache."""
    for path in folder.glob("isthmus.db*"):
        descriptor = os.open(path, os.O_RDONLY)
        os.fdatasync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def time_page(program, folder, name, stanza):
    """Milliseconds."""
    with gateway(program, folder) as server:
        time.sleep(0.2)  # what it does at its start is not the query's
        forget(folder)
        begin = time.monotonic()
        server.stream.sendall(stanza)
        answer = server.read_until(b"</iq>")
        taken = (time.monotonic() - begin) * 1000
    found = len(re.findall(rb"<result ", answer))
    assert found == PAGE, f"{name}: {found} results: {answer[:500]}"
    return taken


def measured(program, folder, rows):
    """Pairs of a page's name and the milliseconds that it took, of an archive of so many rows that is made in `folder`."""
    with gateway(program, folder):
        pass  # makes the tables
    fill(folder / "isthmus.db", rows)
    half = rows // 2
    cases = [
        ("after the middle", query(f"<after>{row_id(half)}</after>")),
        ("before the middle", query(f"<before>{row_id(half)}</before>")),
        ("with one person, newest", query("<before/>", field("with", f"{ROOM}/nick7"))),
        ("with one person, in the middle", query(f"<after>{row_id(half + 7)}</after>",
                                                 field("with", f"{ROOM}/nick7"))),
        ("before-id in the middle", query("<before/>", field("before-id", row_id(half)))),
    ]
    for name, stanza in cases:
        yield name, time_page(program, folder, name, stanza)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isthmus", type=pathlib.Path, default=ROOT / "build/release/isthmus")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench-run")
    parser.add_argument("--at-most", type=float, default=20, help="milliseconds; more is a failure")
    options = parser.parse_args()
    folder = options.folder.resolve() / f"page-{os.getpid()}"
    folder.mkdir(parents=True)
    is_met = True
    for name, taken in measured(options.isthmus.resolve(), folder, options.rows):
        print(f"{name:<32}{taken:>8.1f} ms{'' if taken < options.at_most else '  too slow'}")
        is_met = is_met and taken < options.at_most
    shutil.rmtree(folder)
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
