"""What an operator does with a running gateway: status, reload, metrics, readiness, and what systemd hears of it."""

import os
import shutil
import signal
import socket
import subprocess
import urllib.request

import pytest

from support import commands
from support.process import wait_until
from support.scripted_xmpp import ScriptedXmppServer
from support.servers import Gateway, gateway_binary, toml_table
from support.xmpp_servers import IRC_DOMAIN, USERS_DOMAIN

ADMIN = f"escalus@{USERS_DOMAIN}"


@pytest.fixture
def xmpp():
    server = ScriptedXmppServer()
    yield server
    server.close()


@pytest.fixture
def start(xmpp, folder, request):
    """start(**variables) starts a gateway with a control socket; the gateway."""

    def start_with(**variables):
        class Controlled(Gateway):
            def environment(self):
                return {**super().environment(), **variables}

        # A path of a socket has at most 107 bytes, and the test's folder may be deep.
        path = f"/tmp/isthmus-{os.getpid()}-{xmpp.port}.sock"
        gateway = Controlled(folder, xmpp.port, {}, more=toml_table("[control]", {"socket": path}))
        gateway.socket = path
        request.addfinalizer(gateway.stop)
        return gateway.start()

    return start_with


def ask(gateway, command):
    return subprocess.run([gateway_binary(), "--config", gateway.config, command], capture_output=True, text=True,
                          timeout=30)


def edit(gateway, old, new):
    text = gateway.config.read_text()
    assert old in text
    gateway.config.write_text(text.replace(old, new))


def page(gateway, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{gateway.http_port}{path}", timeout=10) as answer:
        return answer.read().decode()


class TestStatus:
    def test_status_names_the_components(self, start):
        gateway = start()

        result = ask(gateway, "status")

        assert result.returncode == 0, result.stderr
        assert f"component {IRC_DOMAIN}: up" in result.stdout
        assert os.stat(gateway.socket).st_mode & 0o777 == 0o600

    def test_without_a_gateway_there_is_none(self, start):
        gateway = start()
        gateway.finish()

        result = ask(gateway, "status")

        assert result.returncode == 1
        assert "no gateway answers" in result.stderr
        assert not os.path.exists(gateway.socket)

    def test_the_socket_of_a_killed_gateway_is_taken_over(self, start):
        gateway = start()
        gateway.kill()
        assert os.path.exists(gateway.socket)

        gateway.start()

        wait_until(lambda: ask(gateway, "status").returncode == 0, "the new gateway answers", 20)

    def test_usr1_writes_it_to_the_log(self, start):
        gateway = start()

        gateway.child.send_signal(signal.SIGUSR1)

        wait_until(lambda: f"component {IRC_DOMAIN}: up" in gateway.out.read_text(), "the log has it", 20)


class TestReload:
    def test_tells_what_changed_and_what_wants_a_restart(self, start):
        gateway = start()
        edit(gateway, 'level = "debug"', 'level = "info"')
        edit(gateway, 'reconnect_base = "200ms"', 'reconnect_base = "300ms"')

        result = ask(gateway, "reload")

        assert result.returncode == 0, result.stderr
        assert "changed: log.level\n" in result.stdout
        assert "needs a restart: irc.reconnect_base\n" in result.stdout
        # What wants a restart is told again until there was one.
        assert ask(gateway, "reload").stdout == "changed: none\nneeds a restart: irc.reconnect_base\n"

    def test_a_mistake_changes_nothing(self, start):
        gateway = start()
        edit(gateway, 'level = "debug"', 'level = "wran"\nformat = "json"')

        result = ask(gateway, "reload")

        assert result.returncode == 2
        assert "nothing was changed" in result.stdout
        assert 'did you mean "warn"' in result.stdout
        assert not any(line.startswith("{") for line in gateway.out.read_text().splitlines())

    def test_hup_reloads(self, start):
        gateway = start()
        edit(gateway, 'level = "debug"', 'level = "debug"\nformat = "json"')

        gateway.child.send_signal(signal.SIGHUP)

        wait_until(lambda: '"text":"changed: log.format"' in gateway.out.read_text(), "the log is JSON", 20)

    def test_an_administrator_reloads_from_their_client(self, own_world):
        world = own_world(access={"admins": [ADMIN]}, more=toml_table("[control]", {"socket": ""}))
        escalus, juliet = world.xmpp(account=ADMIN.partition("@")[0]), world.xmpp()
        edit(world.gateway, 'level = "debug"', 'level = "info"')
        edit(world.gateway, 'reconnect_base = "200ms"', 'reconnect_base = "300ms"')

        refusal = juliet.request(IRC_DOMAIN, f"<command xmlns='{commands.COMMANDS}' node='reload'/>", "set")
        step = commands.begin(escalus, IRC_DOMAIN, "reload")

        assert refusal.condition == "forbidden"
        assert step.status == "completed"
        assert step.notes == ["changed: log.level\nneeds a restart: irc.reconnect_base"]
        edit(world.gateway, 'level = "info"', 'level = "wran"')
        mark = escalus.mark()
        escalus.send_message(IRC_DOMAIN, "reload", type="chat")
        answer = escalus.wait("message", since=mark, sender=IRC_DOMAIN, type="chat").body
        assert answer.startswith("nothing was changed") and 'did you mean "warn"' in answer
        refusal = escalus.request(IRC_DOMAIN, f"<command xmlns='{commands.COMMANDS}' node='reload'/>", "set")
        assert refusal.condition == "not-acceptable"
        assert 'did you mean "warn"' in refusal.error_text

    def test_who_may_use_it_changes_at_once(self, own_world):
        world = own_world(more=toml_table("[control]", {"socket": ""}))
        gateway = world.gateway
        edit(gateway, 'users = ["example.org"]', 'users = ["example.net"]')
        gateway.child.send_signal(signal.SIGHUP)
        wait_until(lambda: "changed: access.users" in gateway.out.read_text(), "the reload", 20)

        juliet = world.xmpp()
        message_id = juliet.send_message(world.room(world.channel()), "may I?")

        assert juliet.wait("message", id=message_id).condition == "forbidden"


class TestMonitoring:
    def test_metrics_are_what_prometheus_takes(self, start):
        gateway = start()

        text = page(gateway, "/metrics")

        assert f'isthmus_component_up{{link="{IRC_DOMAIN}"}} 1' in text
        assert "process_resident_memory_bytes" in text
        if shutil.which("promtool"):
            result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                                    timeout=30)
            assert (result.returncode, result.stderr) == (0, ""), result.stderr

    def test_ready_names_what_is_degraded(self, start):
        assert page(start(), "/readyz") == "ready\n"


class TestServiceManager:
    def test_hears_that_it_is_ready_that_it_lives_and_that_it_ends(self, start, folder):
        path = f"/tmp/isthmus-notify-{os.getpid()}.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20)
            try:
                gateway = start(NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
                assert manager.recv(1024) == b"READY=1"
                assert [manager.recv(1024) for _ in range(3)] == [b"WATCHDOG=1"] * 3
                gateway.finish()
                heard = b"WATCHDOG=1"
                while heard == b"WATCHDOG=1":
                    heard = manager.recv(1024)
                assert heard == b"STOPPING=1"
            finally:
                os.unlink(path)
