"""An IRC server that wants TLS, and knows people by their certificates."""

from support.process import free_port, give_away
from support.services import InspircdWithServices


class SecureInspircd(InspircdWithServices):
    """InspIRCd that tells those who come without TLS to come back with it (STS), and shows services the fingerprints of
    certificates. `certificate` is that of `host`, the name by which it is to be connected to. The plain port can be
    closed for good with close_plain_port(), before a start."""

    network = "padua.example"
    host = "irc.padua.example"
    abilities = InspircdWithServices.abilities | {"sts"}
    MODULES = (*InspircdWithServices.MODULES, "ssl_gnutls", "sslinfo", "ircv3_sts")
    certificate = None

    def __init__(self, folder, channels=None):
        super().__init__(folder, channels)
        self.tls_port = free_port()
        for path in (self.certificate.chain, self.certificate.key):
            give_away(path)
        more = f"""
<sslprofile name="people" provider="gnutls" certfile="{self.certificate.chain}" keyfile="{self.certificate.key}"
            requestclientcert="yes" hash="sha256">
<bind address="127.0.0.1" port="{self.tls_port}" type="clients" sslprofile="people">
<sts host="{self.host}" duration="5m" port="{self.tls_port}">
"""
        self.config.write_text(self.config.read_text() + more)

    def close_plain_port(self):
        plain = f'<bind address="127.0.0.1" port="{self.port}" type="clients">'
        text = self.config.read_text()
        assert plain in text
        self.config.write_text(text.replace(plain, ""))
        self.port = self.tls_port
