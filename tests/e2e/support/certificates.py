"""A certificate authority and server certificates for one test run, made by openssl."""

import subprocess
from pathlib import Path


class Certificate:
    def __init__(self, chain, key):
        self.chain = str(chain)
        self.key = str(key)


class Authority:
    """`certificate` is the file that clients are to trust."""

    def __init__(self, folder, name):
        self.folder = Path(folder) / name
        self.folder.mkdir(parents=True)
        self.certificate = str(self.folder / "ca.pem")
        self._key = str(self.folder / "ca.key")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-keyout", self._key, "-out", self.certificate, "-days", "2", "-subj", f"/CN={name}",
                      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def certificate_for(self, host):
        """A server's certificate for that host name."""
        base = self.folder / host
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-keyout", f"{base}.key", "-out", f"{base}.csr", "-subj", f"/CN={host}")
        extensions = Path(f"{base}.ext")
        extensions.write_text(f"subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n")
        self._openssl("x509", "-req", "-in", f"{base}.csr", "-CA", self.certificate, "-CAkey", self._key,
                      "-CAcreateserial", "-days", "2", "-extfile", str(extensions), "-out", f"{base}.pem")
        return Certificate(f"{base}.pem", f"{base}.key")

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
