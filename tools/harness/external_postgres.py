"""Whose databases are whose on a PostgreSQL server that the person brings.

Our databases have fixed names, such as crm_demo, and are dropped and made again. On such a server a name may belong to
somebody else's database, or to another checkout's. So each of ours says in its comment which checkout has made it.
"""

import json
import re
import secrets
import socket
from pathlib import Path

from . import commands, paths, postgres
from .errors import Stop

# Our id is in here: with the folder .dev go the files that belong to our databases.
FILE = paths.RUN / "checkout.json"
SIGN = re.compile(
    r" *\[crm_integration_suite: checkout (?P<path>.+) on (?P<host>\S+), (?P<id>\w+)\]$"
)


def own_id() -> str:
    """Made with the first database."""
    if not FILE.is_file():
        commands.write_whole(FILE, json.dumps({"id": secrets.token_hex(8)}))
    return id_in(FILE)


def id_in(file: Path) -> str:
    """Empty when there is none."""
    try:
        return json.loads(file.read_text())["id"]
    except (OSError, ValueError, KeyError):
        return ""


def sign(text: str) -> str:
    """The comment of a database of ours: what it was built from, and who has made it."""
    return f"{text} [crm_integration_suite: checkout {paths.ROOT} on {socket.gethostname()}, {own_id()}]"


def unsign(comment: str) -> str:
    """What it was built from; nothing when another has made it."""
    found = SIGN.search(comment)
    return comment[: found.start()] if found and found["id"] == own_id() else ""


def is_own(comment: str) -> bool:
    """This checkout has made it."""
    found = SIGN.search(comment)
    return bool(found) and found["id"] == own_id()


def check_may_drop(database: str, comment: str) -> None:
    """Stop unless it is ours, or of a checkout that is gone from this machine."""
    found = SIGN.search(comment)
    if not found:
        raise Stop(
            f"The PostgreSQL server that PGHOST names has a database {database} that was not made by these commands, "
            "which need that name: rename it, or name another server."
        )
    if found["id"] == own_id():
        return
    theirs = Path(found["path"]) / FILE.relative_to(paths.ROOT)
    is_gone = found["host"] == socket.gethostname() and id_in(theirs) != found["id"]
    if not is_gone:
        raise Stop(
            f"The database {database} on the PostgreSQL server that PGHOST names belongs to the checkout "
            f"{found['path']} on {found['host']}: run `make clean` there first, or name another server."
        )


def own_databases() -> list[str]:
    """All that this checkout has made there."""
    rows = postgres.psql(
        "select datname || ' ' || shobj_description(oid, 'pg_database') from pg_database"
        " where shobj_description(oid, 'pg_database') is not null order by 1",
        database="postgres",
    )
    pairs = (row.split(" ", 1) for row in rows.splitlines())
    return [name for name, comment in pairs if is_own(comment)]
