"""An Odoo over JSON-2, one connection kept open: a measurement must not measure how long TCP takes to say hello."""

import contextlib
import http.client
import json
import time
from urllib.parse import urlsplit


class CallError(Exception):
    """The server refused, in its own words."""


class Json2:
    """One user of one Odoo database. Not to be shared between threads."""

    def __init__(self, url: str, database: str, api_key: str, timeout: float = 900):
        self.address = urlsplit(url)
        self.timeout = timeout
        self.headers = {
            "Content-Type": "application/json",
            "Authorization": f"bearer {api_key}",
            "X-Odoo-Database": database,
        }
        self.connection = None

    def call(self, model: str, method: str, ids=None, context=None, **arguments):
        """One call, by name; records are given and returned as ids."""
        body = dict(arguments)
        if ids is not None:
            body["ids"] = list(ids)
        if context:
            body["context"] = context
        status, text = self._post(f"/json/2/{model}/{method}", json.dumps(body))
        try:
            answer = json.loads(text)
        except ValueError:
            raise CallError(f"{model}.{method}: HTTP {status} {text[:300]!r}") from None
        if status >= 400:
            raise CallError(f"{model}.{method}: {answer.get('message', answer)}")
        return answer

    def read_one(self, model: str, record: int, *fields) -> dict:
        """Some fields of one record."""
        return self.call(model, "read", [record], fields=list(fields))[0]

    def find(self, model: str, domain, *fields, **options) -> list[dict]:
        """Records of a domain, as dicts."""
        return self.call(
            model, "search_read", domain=list(domain), fields=list(fields), **options
        )

    def close(self) -> None:
        """Hang up."""
        if self.connection:
            self.connection.close()
            self.connection = None

    def _post(self, path: str, body: str) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.address.hostname, self.address.port, timeout=self.timeout
            )
        try:
            self.connection.request("POST", path, body.encode(), self.headers)
            response = self.connection.getresponse()
            text = response.read()
        except (http.client.HTTPException, OSError):
            self.close()
            raise
        if response.will_close:
            # Odoo's worker processes hang up after each answer.
            self.close()
        return response.status, text


def wait_for(condition, seconds: float, what: str, every: float = 0.3):
    """Ask until the answer is true; returns it. What is waited for is named when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(ConnectionError):
            if found := condition():
                return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(every)
