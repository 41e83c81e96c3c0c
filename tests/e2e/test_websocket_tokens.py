"""Tokens that an operator makes, lists and revokes on the command line or by command, while the gateway runs."""

import os
import subprocess

import pytest

from support.commands import run
from support.process import RUN_FOLDER
from support.servers import Servers, gateway_binary, toml_table
from support.websocket_client import WebSocketClient, http
from support.websocket_stage import Stage, websocket_configuration
from support.xmpp_servers import USERS_DOMAIN, WS_DOMAIN

SOCKET = f"/tmp/isthmus-tokens-{os.getpid()}.sock"


@pytest.fixture(scope="module")
def servers():
    more = "\n".join([websocket_configuration(rate=0), toml_table("[control]", {"socket": SOCKET})])
    running = Servers(RUN_FOLDER / "tokens", more=more, access={"admins": [f"operator@{USERS_DOMAIN}"]})
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(servers):
    stage = Stage(servers)
    yield stage
    stage.close()


def token(gateway, *arguments):
    return subprocess.run([gateway_binary(), "--config", gateway.config, "token", *arguments], capture_output=True,
                          text=True, timeout=30, check=False)


def made(gateway, name, *scopes, **more):
    options = [part for scope in scopes for part in ("--scope", scope)]
    options += [part for key, value in more.items() for part in (f"--{key}", value)]
    done = token(gateway, "add", name, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


class TestTokensOnTheCommandLine:
    def test_a_token_that_is_made_works_at_once_and_after_a_restart(self, stage):
        secret = made(stage.gateway, "panel", f"read:{stage.address}/#", f"send:{stage.address}", "state")
        client = stage.client(token=secret)
        client.subscribe(stage.address)
        stage.post("hello")
        client.wait(t="msg", text="hello")
        stage.gateway.stop()
        stage.gateway.start()
        again = stage.client(token=secret)
        again.subscribe(stage.address)
        assert secret not in stage.gateway.config.parent.joinpath("isthmus.db").read_bytes().decode("latin-1")

    def test_a_revoked_token_closes_its_connections_and_is_none_any_more(self, stage):
        secret = made(stage.gateway, "brief", f"read:{stage.address}/#")
        client = stage.client(token=secret)
        client.subscribe(stage.address)
        done = token(stage.gateway, "revoke", "brief")
        assert done.returncode == 0, done.stdout
        assert client.wait_closed() == 4401
        assert http(stage.port, "/v1/messages", bearer_token=secret).status == 401
        assert token(stage.gateway, "revoke", "brief").returncode == 1

    def test_the_list_names_tokens_and_scopes_and_no_secret(self, stage):
        secret = made(stage.gateway, "listed", "read:ws:#", expires="2099-01-31")
        done = token(stage.gateway, "list")
        assert "listed: read:ws:#, until 2099-01-31T00:00:00.000Z" in done.stdout
        assert "dash (of the configuration): read:ws:# send:ws:# state" in done.stdout
        assert secret not in done.stdout

    @pytest.mark.parametrize("arguments, text", [
        (["add", "dash", "--scope", "read:ws:#"], "has this name already"),
        (["add", "odd", "--scope", "write:ws:#"], "is none of read:PATTERN"),
        (["add", "odd", "--scope", "state"], "neither read nor send"),
        (["add", "odd", "--scope", "read:ws:#", "--expires", "soon"], "is no time"),
        (["revoke", "dash"], "stands in the configuration"),
    ], ids=["name", "scope", "useless", "time", "configured"])
    def test_mistakes_are_explained_and_change_nothing(self, stage, arguments, text):
        done = token(stage.gateway, *arguments)
        assert done.returncode == 1
        assert text in done.stdout, done.stdout
        assert "odd" not in token(stage.gateway, "list").stdout


class TestTokensByCommand:
    def test_an_administrator_makes_and_revokes_one(self, stage):
        operator = stage.world.xmpp(account="operator")
        answer = run(operator, WS_DOMAIN, "token-add", name="by-command", scopes=f"read:{stage.address}/#")
        secret = answer.notes[0].splitlines()[-1]
        client = stage.client(token=secret)
        client.subscribe(stage.address)
        run(operator, WS_DOMAIN, "token-revoke", name="by-command")
        assert client.wait_closed() == 4401

    def test_nobody_else_is_offered_them(self, stage):
        juliet = stage.world.xmpp()
        juliet.send_message(WS_DOMAIN, "tokens", type="chat")
        answer = juliet.wait("message", sender=WS_DOMAIN, body=lambda body: body != "")
        assert "dash" not in answer.body
