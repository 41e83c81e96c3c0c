#!/usr/bin/python3
"""Measures MQTT through the gateway, beside mosquitto's own rate from publisher to subscriber in the same run: 10 topics,
100 bytes, QoS 0 and 1, both ways, on loopback. Prints one table. Exit code 1 when a message was lost. With --wire it
counts the bytes that so many readings are on both legs instead; with --logins it measures users' own logins."""

import argparse
import hashlib
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import mqtt_logins  # noqa: E402
from support.mqtt_servers import Mosquitto  # noqa: E402
from support.mqtt_world import broker_section  # noqa: E402
from support.process import Process, free_port, make_folder, wait_until  # noqa: E402
from support.servers import gateway_binary, toml_table  # noqa: E402

DOMAIN = "mqtt.example.org"
SECRET = "a secret"
USER = "juliet@example.org"
TOPICS = [f"bench/{number}" for number in range(10)]
BODY = "x" * 100
MOST_ON_THE_WAY = 800  # of what users write: more than 1,000 that wait are refused
PING = re.compile(f"<iq type=.get. from=.{DOMAIN}. to=.{DOMAIN}. [^>]*><ping [^>]*/></iq>".encode())


class Sink:
    """The XMPP server: takes the component's stream and counts messages without reading them. What the gateway sends to
    itself it gets back, as from any server."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", free_port()))
        self.port = self.listener.getsockname()[1]
        self.messages = self.presences = self.bytes = 0
        self.connection = None
        self.text = b""  # what came since somebody emptied it, of queries
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as servers do
        head = b""
        while b"<stream:stream" not in head or b">" not in head.partition(b"<stream:stream")[2]:
            head += connection.recv(4096)
        connection.sendall(b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
                           b"xmlns='jabber:component:accept' from='mqtt.example.org' id='1'>")
        assert hashlib.sha1(("1" + SECRET).encode()).hexdigest().encode() in connection.recv(4096)
        connection.sendall(b"<handshake/>")
        self.connection = connection
        rest = b""
        while data := connection.recv(1 << 20):
            self.bytes += len(data)
            data = rest + data
            end = data.rfind(b">") + 1  # a tag that is not whole yet is counted when it is
            query = data.rfind(b"<iq ")
            if query != -1 and b"</iq>" not in data[query:]:
                end = query
            data, rest = data[:end], data[end:]
            self.messages += data.count(b"</message>")
            self.presences += data.count(b"<presence ")
            if b"<iq" in data:
                pings = PING.findall(data)
                if pings:
                    connection.sendall(b"".join(pings))
                if data.count(b"<iq ") > len(pings):
                    self.text += data


class Scales:
    """Stands before the broker, and counts what it sends and what it gets."""

    def __init__(self, port):
        self._broker_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.bytes = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self._listener.accept()
            broker = socket.create_connection(("127.0.0.1", self._broker_port))
            for source, target in ((client, broker), (broker, client)):
                threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source, target):
        while data := source.recv(1 << 16):
            self.bytes += len(data)
            target.sendall(data)


class Gateway(Process):
    def __init__(self, folder, xmpp_port, broker_port, more=""):
        super().__init__("isthmus", folder)
        self.config = self.folder / "isthmus.toml"
        self.config.write_text("\n".join([
            toml_table("[xmpp]", {"host": "127.0.0.1", "port": xmpp_port, "secret": SECRET}),
            toml_table("[[component]]", {"domain": DOMAIN, "adapter": "mqtt"}),
            toml_table("[access]", {"users": ["example.org"], "rate": 0.0, "burst": 1_000_000, "total_rate": 0.0,
                                    "total_burst": 1_000_000}),
            toml_table("[storage]", {"path": str(self.folder / "isthmus.sqlite")}), toml_table("[log]", {"level": "warn"}),
            toml_table("[http]", {"listen": ""}), toml_table("[mqtt]", {"publish_rate": 0.0}),
            broker_section("plant", f"mqtt://127.0.0.1:{broker_port}", status_interval="1h"), more]))

    def command(self):
        return [str(gateway_binary()), "--config", str(self.config)]

    def is_ready(self):
        return True


def contact(topic):
    return topic.replace("/", "\\2f") + f"%plant@{DOMAIN}"


def publish(port, count, qos, topics):
    """Starts one publisher for each topic; the threads that wait for them."""
    text = (BODY + "\n").encode() * (count // len(topics))
    threads = []
    for topic in topics:
        child = subprocess.Popen(["mosquitto_pub", "-p", str(port), "-t", topic, "-q", str(qos), "-l"],
                                 stdin=subprocess.PIPE)
        threads.append(threading.Thread(
            target=lambda child=child: (child.stdin.write(text), child.stdin.close(), child.wait()), daemon=True))
        threads[-1].start()
    return threads


class Subscriber:
    """mosquitto_sub on all topics that a filter selects."""

    def __init__(self, port, qos, topics="bench/#"):
        self.count = 0
        self.child = subprocess.Popen(["mosquitto_sub", "-p", str(port), "-t", topics, "-q", str(qos)],
                                      stdout=subprocess.PIPE)
        threading.Thread(target=self._run, daemon=True).start()
        time.sleep(0.5)  # nothing tells when it is subscribed

    def _run(self):
        while data := self.child.stdout.read1(1 << 20):
            self.count += data.count(b"\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait()


def rate(count, done, timeout=60):
    begin = time.monotonic()
    wait_until(lambda: done() >= count, f"all {count}", timeout)
    return count / (time.monotonic() - begin)


def own_rate(port, count, qos):
    """On topics of its own, so that the gateway has no part in it."""
    with Subscriber(port, qos, "alone/#") as subscriber:
        publishers = publish(port, count, qos, [topic.replace("bench", "alone") for topic in TOPICS])
        figure = rate(count, lambda: subscriber.count)
    for publisher in publishers:
        publisher.join()
    return figure


def to_xmpp(sink, port, count, qos):
    before = sink.messages
    publishers = publish(port, count, qos, TOPICS)
    figure = rate(count, lambda: sink.messages - before)
    for publisher in publishers:
        publisher.join()
    time.sleep(0.5)
    assert sink.messages - before == count, f"{sink.messages - before} messages instead of {count}"
    return figure


def to_mqtt(sink, port, count, qos):
    before = sink.messages + len(TOPICS)  # one answer for each command
    for topic in TOPICS:
        sink.connection.sendall(
            f"<message from='{USER}/a' to='{contact(topic)}' type='chat'><body>/qos {qos}</body></message>".encode())
    wait_until(lambda: sink.messages >= before, "the commands are answered")
    batch = "".join(f"<message from='{USER}/a' to='{contact(topic)}' type='chat'><body>{BODY}</body></message>"
                    for topic in TOPICS).encode()

    def send(subscriber):
        for number in range(0, count, len(TOPICS)):
            while number - subscriber.count > MOST_ON_THE_WAY:
                time.sleep(0.0005)
            sink.connection.sendall(batch)

    with Subscriber(port, qos) as subscriber:
        threading.Thread(target=send, args=(subscriber,), daemon=True).start()
        figure = rate(count, lambda: subscriber.count)
        assert sink.messages == before, f"{sink.messages - before} messages were refused"
        return figure


def weigh(count, qos):
    """The bytes of `count` readings between the broker and the gateway, and between it and the XMPP server."""
    folder = make_folder(ROOT / "build" / "bench-mqtt")
    broker = Mosquitto(folder).start()
    sink, scales, topic = Sink(), Scales(broker.port), "home/kitchen/temp"
    gateway = Gateway(folder, sink.port, scales.port).start()
    try:
        wait_until(lambda: sink.connection is not None, "the gateway is connected")
        sink.connection.sendall(f"<presence type='subscribe' from='{USER}' to='{contact(topic)}'/>".encode())
        wait_until(lambda: sink.presences >= 2, "the contact is there", 30)
        before = scales.bytes, sink.bytes
        readings = "".join(f"{20 + number % 10}.{number % 7}\n" for number in range(count))
        subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-t", topic, "-q", str(qos), "-l"], check=True,
                       input=readings.encode())
        wait_until(lambda: sink.messages >= count, f"all {count}", 60)
        return scales.bytes - before[0], sink.bytes - before[1]
    finally:
        gateway.stop()
        broker.stop()


def show_logins(count):
    folder = make_folder(ROOT / "build" / "bench-mqtt")
    broker = mqtt_logins.MosquittoWithManyUsers(folder, count).start()
    sink = Sink()
    gateway = Gateway(folder, sink.port, broker.port, more=toml_table("[mqtt.brokers.plant.own]", {})).start()
    try:
        wait_until(lambda: sink.connection is not None, "the gateway is connected")
        with Subscriber(broker.port, 1) as subscriber:
            users = mqtt_logins.Users(sink, DOMAIN, subscriber)
            median, longest, before, after, burst = mqtt_logins.measure(users, gateway.child.pid, count, min(count, 10))
        print(f"a login alone: {median:.0f} ms (median), {longest:.0f} ms (longest)")
        print(f"{count} logins: {before:.1f} MiB before, {after:.1f} MiB then; the others of them within {burst:.1f} s")
        return 0
    finally:
        gateway.stop()
        broker.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=50_000, help="of each run (default 50000)")
    parser.add_argument("--runs", type=int, default=3, help="the best of so many is told (default 3)")
    parser.add_argument("--receive-maximum", type=int, default=0, help="of the broker (default 0: no limit)")
    parser.add_argument("--wire", type=int, default=0, metavar="READINGS", help="count bytes instead")
    parser.add_argument("--logins", type=int, default=0, metavar="USERS", help="measure users' own logins instead")
    arguments = parser.parse_args()
    if arguments.logins:
        return show_logins(arguments.logins)
    if arguments.wire:
        for qos in (0, 1):
            mqtt, xmpp = weigh(arguments.wire, qos)
            print(f"{arguments.wire} readings at QoS {qos}: {mqtt} bytes from the broker, {xmpp} to the XMPP server")
        return 0
    count = arguments.messages // len(TOPICS) * len(TOPICS)

    folder = make_folder(ROOT / "build" / "bench-mqtt")
    broker = Mosquitto(folder, more=f"max_inflight_messages {arguments.receive_maximum}\n").start()
    sink = Sink()
    gateway = Gateway(folder, sink.port, broker.port).start()
    try:
        wait_until(lambda: sink.connection is not None, "the gateway is connected")
        for topic in TOPICS:
            sink.connection.sendall(f"<presence type='subscribe' from='{USER}' to='{contact(topic)}'/>".encode())
        wait_until(lambda: sink.presences >= 2 * len(TOPICS), "all contacts are there", 30)
        print(f"{'messages a second':<34}{'QoS 0':>10}{'QoS 1':>10}")
        for name, measure in (("mosquitto alone", lambda qos: own_rate(broker.port, count, qos)),
                              ("MQTT to XMPP", lambda qos: to_xmpp(sink, broker.port, count, qos)),
                              ("XMPP to MQTT", lambda qos: to_mqtt(sink, broker.port, count, qos))):
            figures = [max(measure(qos) for _ in range(arguments.runs)) for qos in (0, 1)]
            print(f"{name:<34}{figures[0]:>10,.0f}{figures[1]:>10,.0f}", flush=True)
        return 0
    except AssertionError as failure:
        print(f"{failure}; the gateway says:\n{gateway.log_tail()}", file=sys.stderr)
        return 1
    finally:
        gateway.stop()
        broker.stop()


if __name__ == "__main__":
    sys.exit(main())
