"""A Tryton over JSON-RPC with a session: Basic authentication would have it hash the password at each call."""

import base64
import http.client
import json
from urllib.parse import urlsplit

from erp_actions.tryton_clerk import decode, encode

from .json2 import CallError


class TrytonRpc:
    """One user of one Tryton database, one connection. Not to be shared between threads."""

    def __init__(self, settings: dict, timeout: float = 900):
        self.address = urlsplit(settings["url"])
        self.path = f"/{settings['database']}/rpc/"
        self.timeout = timeout
        self.headers = {"Content-Type": "application/json"}
        self.connection = None
        password = {"password": settings["password"]}
        uid, token, *_bus = self.post(
            "common.db.login", [settings["login"], password, "en"]
        )
        session = base64.b64encode(
            f"{settings['login']}:{uid}:{token}".encode()
        ).decode()
        self.headers["Authorization"] = f"Session {session}"
        self.context = self.post("model.res.user.get_preferences", [True, {}])

    def call(self, method: str, *parameters):
        """A method of a model; the context goes last."""
        return self.post(f"model.{method}", [*parameters, self.context])

    def post(self, method: str, parameters: list):
        """One call."""
        body = json.dumps(
            {"id": 0, "method": method, "params": parameters}, default=encode
        )
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.address.hostname, self.address.port, timeout=self.timeout
            )
        self.connection.request("POST", self.path, body.encode(), self.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.will_close:
            self.close()
        if response.status >= 400:
            raise CallError(f"{method}: HTTP {response.status} {text[:300]!r}")
        answer = json.loads(text, object_hook=decode)
        if answer.get("error"):
            raise CallError(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """Hang up."""
        if self.connection:
            self.connection.close()
            self.connection = None
