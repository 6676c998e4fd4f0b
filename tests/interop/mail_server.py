#!/usr/bin/env python3
"""A real mail server (aiosmtpd) with TLS and a password, whose authority is made for the occasion.

Usage: mail_server.py FOLDER. Writes the authority into FOLDER/ca.pem and every letter into FOLDER/<number>.eml, and prints
`{"starttls": PORT, "tls": PORT}` once it listens. Ends with its input.
"""

import json
import socket
import ssl
import subprocess
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "notices@county", "p@ss/word"


def certificate(folder):
    """An authority, and a certificate of `localhost` that it has signed."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test Authority")
    openssl("req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    (folder / "extensions").write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
    sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions"]
    openssl("x509", "-req", "-in", "request.pem", "-out", "cert.pem", *sign)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Keeping:
    """Keeps every letter as a file, whole or not at all."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        beside = self.folder / f".{self.count}"
        beside.write_bytes(envelope.content)
        beside.rename(self.folder / f"{self.count}.eml")
        return "250 taken"


def known(server, session, envelope, mechanism, data):
    fits = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=True) if fits else AuthResult(success=False, handled=False)


def start(folder):
    """A server that asks for STARTTLS and one that speaks TLS from the first byte; both ask for the password."""
    context, keeping = certificate(folder), Keeping(folder)
    rules = {"authenticator": known, "auth_required": True, "hostname": "127.0.0.1"}
    asks = Controller(keeping, port=free_port(), tls_context=context, require_starttls=True, **rules)
    tls = Controller(keeping, port=free_port(), ssl_context=context, auth_require_tls=False, **rules)
    for controller in (asks, tls):
        controller.start()
    return asks, tls


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    folder = Path(sys.argv[1])
    asks, tls = start(folder)
    print(json.dumps({"starttls": asks.port, "tls": tls.port}), flush=True)
    sys.stdin.read()
    for controller in (asks, tls):
        controller.stop()


if __name__ == "__main__":
    main()
