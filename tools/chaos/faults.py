"""What can go wrong between two systems; each does one thing to one call."""

from dataclasses import dataclass

# What a server in between may say in the ERP's stead.
HTML = b"<html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>"
NONSENSE = (
    b'{"status": "ok"}',
    b"Welcome!",
    b"null",
    b"42",
    b'"\xff\xfe"',
    b'{"jsonrpc": "2.0", "id": 0',
    # What no database keeps.
    b"\x00\x00 gone",
    b'"\\u0000"',
    b'{"jsonrpc": "2.0", "id": 0, "result": ["\\u0000", "\\ud83d"]}',
)


@dataclass(frozen=True)
class Fault:
    """One kind of trouble.

    `forward`: whether the ERP gets the call (None: sometimes). `answer` is what is said instead of the
    ERP's answer; else `way` says what happens to the ERP's own.
    """

    forward: bool | None
    way: str = "instead"
    status: int = 0
    headers: tuple = ()
    body: bytes = b""


FAULTS = {
    "request dropped": Fault(False, "close"),
    "request arrives late": Fault(True, "late"),
    "answer dropped": Fault(True, "close"),
    "answer never comes": Fault(True, "hang"),
    "answer delayed": Fault(True, "delay"),
    "connection reset": Fault(None, "reset"),
    "body truncated": Fault(True, "truncate"),
    "closed after headers": Fault(True, "headers"),
    "slow speech": Fault(True, "slow"),
    "endless speech": Fault(True, "endless"),
    "401": Fault(False, status=401, body=b"Unauthorized"),
    "409": Fault(None, status=409, body=b"Conflict"),
    "429": Fault(False, status=429, headers=(("Retry-After", "2"),), body=b"Slow down"),
    "500": Fault(None, status=500, body=b"Internal Server Error"),
    "502 with HTML": Fault(
        None, status=502, headers=(("Content-Type", "text/html"),), body=HTML
    ),
    "503 with Retry-After": Fault(
        None, status=503, headers=(("Retry-After", "2"),), body=b"Back soon"
    ),
    "200 with nonsense": Fault(
        None, status=200, headers=(("Content-Type", "application/json"),)
    ),
}
