"""`isthmus check --connect` against real servers: what works, and what would make work what does not."""

import subprocess

import pytest

from support.process import free_port
from support.servers import gateway_binary, listed_network, toml_table
from support.xmpp_servers import COMPONENT_SECRET, IRC_DOMAIN


@pytest.fixture
def check(folder, request, stack):
    """check(domain=…, secret=…, port=…, network_port=…) tries a configuration; its result."""
    servers = request.getfixturevalue(stack.servers)

    def run(domain=IRC_DOMAIN, secret=COMPONENT_SECRET, port=None, network_port=None):
        config = folder / "isthmus.toml"
        config.write_text("\n".join([
            toml_table("[xmpp]", {"port": port or servers.xmpp_server.component_port, "secret": secret}),
            toml_table("[[component]]", {"domain": domain, "adapter": "irc"}),
            toml_table("[irc.networks.office]", listed_network(network_port or servers.ircds[stack.ircd.network].port))]))
        return subprocess.run([gateway_binary(), "--config", config, "check", "--connect"], capture_output=True,
                              text=True, timeout=90)

    return run


@pytest.mark.ejabberd
def test_what_works_is_good(check):
    result = check()

    assert result.returncode == 0, result.stdout
    assert f"{IRC_DOMAIN} at 127.0.0.1:" in result.stdout
    assert "office (127.0.0.1:" in result.stdout
    assert result.stdout.count(": good") == 3  # the file, the component and the network


@pytest.mark.ejabberd
def test_another_secret_is_named_and_not_shown(check):
    result = check(secret="another secret")

    assert result.returncode == 1
    assert "not-authorized; the server has another secret" in result.stdout
    assert "another secret;" not in result.stdout and '"another secret"' not in result.stdout


def test_a_component_that_the_server_does_not_know_is_shown_as_a_snippet(check):
    result = check(domain="unknown.example.org")

    assert result.returncode == 1
    assert "host-unknown; the server does not know the component" in result.stdout
    assert 'Component "unknown.example.org"' in result.stdout
    assert "module: ejabberd_service" in result.stdout


def test_what_is_not_there_is_named(check):
    result = check(port=free_port(), network_port=free_port())

    assert result.returncode == 1
    assert result.stdout.count("Connection refused") == 2
    assert "[irc.networks.\"office\"]" in result.stdout


def test_what_is_no_irc_server_is_named(check, request, stack):
    servers = request.getfixturevalue(stack.servers)
    result = check(network_port=servers.gateway.http_port)

    assert result.returncode == 1
    assert "no IRC server" in result.stdout
