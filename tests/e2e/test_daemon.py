"""The program: its command line, its exit codes, its health."""

import os
import signal
import socket
import subprocess
import time

import pytest

from support.process import free_port, wait_until
from support.scripted_xmpp import ScriptedXmppServer
from support.servers import Gateway, gateway_binary, listed_network, toml_table
from support.xmpp_servers import COMPONENT_SECRET, IRC_DOMAIN, SECOND_DOMAIN

GOOD = """[xmpp]
secret = "a secret"
[[component]]
domain = "irc.example.org"
adapter = "irc"
"""


def run(*arguments, timeout=15, **environment):
    return subprocess.run([str(gateway_binary()), *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, env={**os.environ, **environment})


@pytest.fixture
def config(folder):
    """config(text) writes a configuration file; its path."""

    def write(text):
        path = folder / "isthmus.toml"
        path.write_text(text)
        return path

    return write


class TestCommandLine:
    def test_version(self):
        result = run("version")

        assert result.returncode == 0
        assert result.stdout.startswith("isthmus ")

    def test_check_of_a_good_file(self, config):
        result = run("--config", config(GOOD), "check")

        assert (result.returncode, result.stderr) == (0, "")

    @pytest.mark.parametrize("lines, expected_line, words", [
        pytest.param('[xmpp]\nsecrt = "x"\n', 2, ["secrt", 'did you mean "secret"'], id="unknown key"),
        pytest.param('[xmp]\nsecret = "x"\n', 1, ["xmp", 'did you mean "xmpp"'], id="unknown table"),
        pytest.param(GOOD.replace('"irc"', '"ric"'), 5, ['did you mean "irc"'], id="unknown adapter"),
        pytest.param(GOOD + '[log]\nlevel = "wran"\n', 7, ['did you mean "warn"'], id="unknown level"),
        pytest.param(GOOD.replace("[xmpp]", "[xmpp]\nport = 70000"), 2, ["port"], id="out of range"),
        pytest.param(GOOD.replace("[xmpp]", '[xmpp]\nport = "5347"'), 2, ["port"], id="wrong type"),
        pytest.param(GOOD + "[irc\n", 6, [], id="no TOML"),
        pytest.param(GOOD + '[irc.networks."libera"]\ntls = "maybe"\n', 7, ["tls", "required"], id="unknown word"),
        pytest.param(GOOD.replace("irc.example.org", "irc example"), 4, ["domain"], id="no domain"),
    ])
    def test_a_mistake_is_told_with_its_line(self, config, lines, expected_line, words):
        path = config(lines)

        for arguments in (["--config", path], ["--config", path, "check"]):
            result = run(*arguments)

            assert result.returncode == 2
            assert f"{path}:{expected_line}:" in result.stderr
            for word in words:
                assert word in result.stderr

    def test_a_secret_is_never_shown(self, config):
        result = run("--config", config('[xmpp]\nsecret = ["open sesame"]\n'), "check")

        assert result.returncode == 2
        assert "sesame" not in result.stderr + result.stdout

    def test_a_file_that_is_not_there(self, folder):
        result = run("--config", folder / "nothing.toml")

        assert result.returncode == 2
        assert "nothing.toml" in result.stderr

    def test_an_unknown_option(self):
        assert run("--confg", "x").returncode not in (0, 2, 3, 4)

    def test_the_environment_goes_before_the_file(self, config):
        path = config(GOOD)

        assert run("--config", path, "check", ISTHMUS_XMPP__PORT="5348").returncode == 0
        result = run("--config", path, "check", ISTHMUS_XMPP__PORT="many")
        assert result.returncode == 2
        assert "ISTHMUS_XMPP__PORT" in result.stderr
        assert run("--config", "/nowhere", "check", ISTHMUS_CONFIG=GOOD).returncode == 0

    def test_a_secret_may_stand_in_a_file(self, config, folder):
        (folder / "secret").write_text("a secret\n")

        good = run("--config", config(GOOD.replace('secret = "a secret"', 'secret_file = "secret"')), "check")
        missing = run("--config", config(GOOD.replace('secret = "a secret"', 'secret_file = "none"')), "check")

        assert good.returncode == 0, good.stderr
        assert missing.returncode == 2


class TestRunning:
    @pytest.fixture
    def xmpp(self):
        server = ScriptedXmppServer()
        yield server
        server.close()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
    def test_a_signal_ends_it_at_once_with_0(self, folder, xmpp, number):
        gateway = Gateway(folder, xmpp.port, {}).start()

        asked_at = time.monotonic()
        assert gateway.stop(number) == 0
        assert time.monotonic() - asked_at < 3
        gateway.check_reports()

    def test_a_signal_ends_it_also_while_there_is_no_server(self, folder):
        gateway = Gateway(folder, free_port(), {}).spawn()
        wait_until(lambda: gateway.http_status("/healthz") == 200, "/healthz is good")

        gateway.finish()

    def test_a_refused_secret_at_the_first_start_ends_it_with_4(self, folder, own_world):
        world = own_world()
        world.gateway.finish()
        gateway = Gateway(folder, world.xmpp_server.component_port, {})
        gateway.config.write_text(gateway.config.read_text().replace(COMPONENT_SECRET, "another secret"))

        gateway.spawn()

        assert gateway.wait() == 4
        assert "secret" in gateway.log_tail()
        assert "another secret" not in gateway.log_tail()
        gateway.check_reports()

    def test_a_refused_secret_of_any_component_ends_it_with_4(self, folder, own_world):
        world = own_world()
        world.gateway.finish()
        second = toml_table("[[component]]", {"domain": SECOND_DOMAIN, "adapter": "irc", "secret": "another secret"})
        gateway = Gateway(folder, world.xmpp_server.component_port, {}, more=second)

        gateway.spawn()

        assert gateway.wait() == 4
        assert SECOND_DOMAIN in gateway.log_tail()
        gateway.check_reports()

    def test_an_http_address_that_is_taken_ends_it_with_2_at_once(self, folder, xmpp):
        gateway = Gateway(folder, xmpp.port, {})
        started = time.monotonic()

        with socket.create_server(("127.0.0.1", gateway.http_port)):
            gateway.spawn()

            assert gateway.wait() == 2
        assert time.monotonic() - started < 5
        assert "http.listen" in gateway.log_tail()

    def test_an_unknown_host_is_asked_for_again(self, folder, own_world):
        world = own_world()
        gateway = Gateway(folder, world.xmpp_server.component_port, {})
        gateway.config.write_text(gateway.config.read_text().replace(IRC_DOMAIN, "unknown.example.org"))

        gateway.spawn()

        wait_until(lambda: gateway.log_tail().count("host-unknown") >= 2, "the second attempt")
        gateway.finish()

    def test_health(self, folder, xmpp):
        gateway = Gateway(folder, xmpp.port, {"irc.example.net": listed_network(free_port())}).start()

        assert gateway.http_status("/healthz") == 200
        assert gateway.http_status("/nothing") == 404
        assert run("--config", gateway.config, "healthcheck").returncode == 0
        gateway.finish()
        result = run("--config", gateway.config, "healthcheck")
        assert result.returncode == 1
        assert result.stderr

    def test_the_log_tells_no_secret(self, folder, xmpp):
        gateway = Gateway(folder, xmpp.port, {}).start()
        gateway.finish()

        assert COMPONENT_SECRET not in gateway.out.read_text() + gateway.err.read_text()
