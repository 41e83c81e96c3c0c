"""TLS at the HTTP listener, with real clients: urllib, ws and python3-websockets."""

import json
import shutil
import socket
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest

from support.certificates import Authority
from support.peers import Node
from support.process import RUN_FOLDER, free_port, make_folder, wait_until
from support.servers import Gateway, Servers, gateway_binary
from support.websocket_client import NATIVE, TOKEN, WebSocketClient, bearer, http, url
from support.websocket_stage import websocket_configuration

HOST = "127.0.0.1"


class SecureGateway(Gateway):
    """Speaks HTTP over TLS alone."""

    def __init__(self, folder, *arguments, **options):
        super().__init__(folder, *arguments, **options)
        self.authority = Authority(self.folder, "authority")
        self.certificate = self.folder / "gateway.pem"
        self.key = self.folder / "gateway.key"
        self.use(self.authority.certificate_for("localhost"))
        self.config.write_text(self.config.read_text().replace(
            "[http]\n", '[http]\ncertificate_file = "gateway.pem"\nkey_file = "gateway.key"\n'))
        self.trust = ssl.create_default_context(cafile=self.authority.certificate)

    def use(self, made):
        shutil.copyfile(made.key, self.key)
        shutil.copyfile(made.chain, self.certificate)

    def get(self, path, token=TOKEN, **query):
        """(status, body) of a request whose certificate is verified."""
        address = url(self.http_port, path, "https", **query).replace(HOST, "localhost")
        request = urllib.request.Request(address, headers=bearer(token))
        try:
            with urllib.request.urlopen(request, timeout=20, context=self.trust) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def http_status(self, path):
        try:
            return self.get(path)[0]
        except OSError:
            return None

    def serial(self):
        """The serial number of the certificate that it shows."""
        with socket.create_connection(("localhost", self.http_port), 20) as plain:
            with self.trust.wrap_socket(plain, server_hostname="localhost") as secure:
                return secure.getpeercert()["serialNumber"]


class ProxiedGateway(Gateway):
    """Believes what a proxy on loopback says."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.config.write_text(self.config.read_text().replace("[http]\n", '[http]\ntrusted_proxies = ["127.0.0.1"]\n'))


@pytest.fixture(scope="module")
def servers():
    running = Servers(RUN_FOLDER / "https", more=websocket_configuration(channels=["plant"]), gateway=SecureGateway)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def gateway(servers):
    yield servers.gateway
    servers.gateway.check()


class TestHttps:
    def test_requests_and_pages_come_over_tls_and_the_certificate_is_good(self, gateway):
        assert gateway.get("/healthz")[0] == 200
        status, page = gateway.get("/")
        assert status == 200 and b"<html" in page
        status, values = gateway.get("/v1/state")
        assert status == 200 and "values" in json.loads(values)
        assert gateway.get("/v1/state", token="wrong")[0] == 401

    @pytest.mark.parametrize("version, is_welcome", [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
                                                     (ssl.TLSVersion.TLSv1_3, True)])
    def test_tls_1_2_is_the_least(self, gateway, version, is_welcome):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(gateway.authority.certificate)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        with socket.create_connection(("localhost", gateway.http_port), 20) as plain:
            if is_welcome:
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    assert secure.version() == version.name.replace("_", ".")
            else:
                with pytest.raises(ssl.SSLError):
                    context.wrap_socket(plain, server_hostname="localhost")

    def test_what_is_no_tls_is_closed_and_others_are_served(self, gateway):
        with socket.create_connection((HOST, gateway.http_port), 20) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            said = b""
            while more := plain.recv(1000):
                said += more
            assert not said.startswith(b"HTTP")
        assert gateway.get("/healthz")[0] == 200

    def test_a_websocket_over_tls_talks_both_ways(self, gateway):
        peer = Node("clients.mjs")
        try:
            address = url(gateway.http_port, scheme="wss", topic="ws:plant/#").replace(HOST, "localhost")
            opened = peer.do("open", library="ws", url=address, token=TOKEN, protocols=[NATIVE],
                             ca=gateway.authority.certificate)
            assert opened == NATIVE
            words = "w" * 30_000
            for number in range(20):
                peer.do("send", frame={"t": "send", "to": "ws:plant", "text": f"{number} {words}"})
            assert peer.do("wait", member="text", value=f"19 {words}")["from"] == "ws:plant"
        finally:
            peer.close()

    def test_events_come_over_tls(self, gateway):
        request = urllib.request.Request(
            url(gateway.http_port, "/v1/events", "https", topic="ws:plant").replace(HOST, "localhost"),
            headers=bearer(TOKEN))
        with urllib.request.urlopen(request, timeout=20, context=gateway.trust) as events:
            client = WebSocketClient(gateway.http_port, trust=gateway.trust)
            client.send({"t": "send", "to": "ws:plant", "text": "as an event"})
            while b"as an event" not in events.readline():
                pass
            client.close()

    def test_the_health_check_knows_its_own_certificate(self, gateway):
        asked = subprocess.run([gateway_binary(), "--config", gateway.config, "healthcheck"], capture_output=True,
                               text=True, timeout=60)
        assert asked.returncode == 0, asked.stderr

    def test_a_renewed_certificate_is_shown_without_a_restart_and_a_bad_one_is_not(self, gateway):
        before = gateway.serial()
        gateway.use(gateway.authority.certificate_for("localhost"))
        wait_until(lambda: gateway.serial() != before, "the new certificate is shown", 20)
        now = gateway.serial()
        gateway.certificate.write_text("no certificate")
        assert gateway.serial() == now
        assert gateway.get("/healthz")[0] == 200
        assert "no certificate can be read from" in gateway.log_tail(1000)


class TestBehindAProxy:
    def test_what_a_trusted_proxy_forwards_counts(self, own_world):
        world = own_world(more=websocket_configuration(channels=["plant"]), gateway=ProxiedGateway)
        port = world.servers.gateway.http_port

        def status(token=TOKEN, **headers):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return http(port, "/v1/messages", bearer_token=token, headers=named).status

        page = {"Origin": "https://dash.example.org"}
        assert status(**page) == 403
        assert status(**page, X_Forwarded_Host="dash.example.org", X_Forwarded_Proto="https") == 200
        failed = [status(token="wrong", X_Forwarded_For="198.51.100.7, 192.0.2.1") for _ in range(12)]
        assert failed[:10] == [401] * 10 and 429 in failed[10:]
        assert status(token="wrong", X_Forwarded_For="198.51.100.7, 192.0.2.2") == 401
        assert status(token="wrong") == 401


class TestCheck:
    @pytest.mark.parametrize("keys, complaint", [
        ({"certificate_file": "good.pem"}, "certificate_file and key_file go together"),
        ({"certificate_file": "none.pem", "key_file": "good.key"}, "no certificate can be read from"),
        ({"certificate_file": "good.pem", "key_file": "other.key"}, "no key for the certificate can be read from"),
        ({"certificate_file": "good.pem", "key_file": "sealed.key"}, "no key for the certificate can be read from"),
        ({"certificate_file": "good.pem", "key_file": "good.key"}, None),
    ])
    def test_a_certificate_that_cannot_be_used_is_told_with_its_line(self, folder, keys, complaint):
        authority = Authority(folder, "authority")
        good, other = authority.certificate_for("a.example"), authority.certificate_for("b.example")
        shutil.copyfile(good.chain, folder / "good.pem")
        shutil.copyfile(good.key, folder / "good.key")
        shutil.copyfile(other.key, folder / "other.key")
        subprocess.run(["openssl", "pkey", "-in", good.key, "-aes256", "-passout", "pass:secret", "-out",
                        folder / "sealed.key"], check=True, capture_output=True)
        lines = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
        config = folder / "isthmus.toml"
        config.write_text('[xmpp]\nsecret = "s"\n[[component]]\ndomain = "irc.example.org"\nadapter = "irc"\n'
                          f'[storage]\npath = ":memory:"\n[http]\nlisten = "127.0.0.1:{free_port()}"\n{lines}\n')
        checked = subprocess.run([gateway_binary(), "--config", config, "check"], capture_output=True, text=True,
                                 timeout=60)
        said = checked.stdout + checked.stderr
        assert (checked.returncode == 0) == (complaint is None), said
        assert complaint is None or complaint in said, said
