"""Over TLS: an error while the answer comes is another one than a certificate's."""

import datetime
import ipaddress
import os
import socket
import ssl
import tempfile
import threading
import unittest
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ..client import (
    ConnectionSettings,
    NetworkError,
    OutcomeUnknownError,
    SystemClient,
)

BODY = b'{"a": 1}'


def make_certificate(folder):
    """:return: path of a file with a key and a certificate of 127.0.0.1"""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = Path(folder) / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return str(path)


class TlsServer:
    """Takes one request a connection and answers as told: ``respond(connection)``."""

    def __init__(self, certificate):
        self.requests = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.close()

    def _serve(self):
        while True:
            try:
                raw, _address = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(raw, server_side=True) as connection:
                    request = b""
                    while BODY not in request:
                        request += connection.recv(65536)
                    self.requests.append(request)
                    self.respond(connection)
            except OSError:
                raw.close()


class TestClientTls(unittest.TestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate = make_certificate(folder.name)
        self.server = TlsServer(self.certificate)
        self.addCleanup(self.server.close)
        self.client = SystemClient(ConnectionSettings(self.server.url, read_timeout=10))
        self.addCleanup(self.client.close)

    def call(self, changes=True):
        return self.client.send("test", "POST", "/x", body={"a": 1}, changes=changes)

    def test_certificate_that_cannot_be_trusted(self):
        with self.assertRaisesRegex(NetworkError, "certificate"):
            self.call()
        self.assertFalse(self.server.requests)

    def test_answer(self):
        self.client.session.verify = self.certificate
        self.server.respond = lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        )
        self.assertEqual(self.call().text, "{}")

    def test_error_while_the_answer_comes(self):
        """The request was there: who knows what has become of it."""
        self.client.session.verify = self.certificate
        # past the encryption: no record that the other side could read
        self.server.respond = lambda connection: os.write(
            connection.fileno(), b"no record of TLS at all, of no known version"
        )
        with self.assertRaisesRegex(OutcomeUnknownError, "broke off"):
            self.call()
        self.assertTrue(self.server.requests)
        with self.assertRaises(NetworkError):
            self.call(changes=False)
