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

# Our id is in here, and the servers where it names databases: with the folder .dev go the files that belong to these.
FILE = paths.RUN / "checkout.json"
SIGN = re.compile(
    r" *\[crm_integration_suite: checkout (?P<path>.+) on (?P<host>\S+), (?P<id>\w+)\]$"
)


def read(file: Path) -> dict:
    """`{"id": …, "servers": [address, …]}` of a checkout.

    :raise OSError, ValueError, KeyError: it can't be read
    """
    kept = json.loads(file.read_text())
    return {"id": kept["id"], "servers": kept.get("servers", [])}


def read_own() -> dict:
    """Empty when there is none."""
    try:
        return read(FILE)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stop(
            f"{FILE}, which says whose databases are whose on your PostgreSQL server, cannot be read ({error}): "
            "mend it, or remove it; the databases then stay there."
        ) from error


def own_id() -> str:
    """Empty when nothing was made yet."""
    return read_own().get("id", "")


def servers() -> list[str]:
    """Addresses where databases of ours are."""
    return read_own().get("servers", [])


def note_server() -> str:
    """Before the first database there: the id by which ours are known."""
    with commands.lock("checkout"):
        kept = read_own() or {"id": secrets.token_hex(8), "servers": []}
        if postgres.address() not in kept["servers"]:
            kept["servers"].append(postgres.address())
            commands.write_whole(FILE, json.dumps(kept))
    return kept["id"]


def forget_server() -> None:
    """Nothing of ours is left there."""
    with commands.lock("checkout"):
        kept = read_own()
        kept["servers"] = [
            name for name in kept["servers"] if name != postgres.address()
        ]
        commands.write_whole(FILE, json.dumps(kept))


def sign(text: str) -> str:
    """The comment of a database of ours: what it was built from, and who has made it."""
    return f"{text} [crm_integration_suite: checkout {paths.ROOT} on {socket.gethostname()}, {note_server()}]"


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
    if found["host"] != socket.gethostname() or not is_gone(found):
        raise Stop(
            f"The database {database} on the PostgreSQL server that PGHOST names belongs to the checkout "
            f"{found['path']} on {found['host']}: run `make clean` there first, or name another server."
        )


def is_gone(found: re.Match) -> bool:
    """Whether that checkout of this machine was removed. What can't be read is there: it may be another user's."""
    try:
        return (
            read(Path(found["path"]) / FILE.relative_to(paths.ROOT))["id"]
            != found["id"]
        )
    except FileNotFoundError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def own_databases() -> list[str]:
    """All that this checkout has made there."""
    rows = postgres.psql(
        "select datname || ' ' || shobj_description(oid, 'pg_database') from pg_database"
        " where shobj_description(oid, 'pg_database') is not null order by 1",
        database="postgres",
    )
    pairs = (row.split(" ", 1) for row in rows.splitlines())
    return [name for name, comment in pairs if is_own(comment)]
