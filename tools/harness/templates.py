"""Databases that are built once and copied: the fingerprint of their inputs is kept in the database's own comment.

A half-built database has no comment, and one dropped by hand takes its comment with it, so there is no stamp to go wrong.
"""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from . import commands, external_postgres, paths, postgres


def comment_of(database: str) -> str:
    """Empty when it has none or is not there."""
    name = database.replace("'", "''")
    return postgres.psql(
        f"select shobj_description(oid, 'pg_database') from pg_database where datname = '{name}'",
        database="postgres",
    )


def fingerprint_of(database: str) -> str:
    """What the database was built from; empty when it is not there, not finished or not ours."""
    comment = comment_of(database)
    return external_postgres.unsign(comment) if postgres.is_external() else comment


def is_ours(database: str) -> bool:
    """Always so on our own server."""
    return not postgres.is_external() or external_postgres.is_own(comment_of(database))


def set_fingerprint(database: str, fingerprint: str) -> None:
    """The last act of a build."""
    if postgres.is_external():
        fingerprint = external_postgres.sign(fingerprint)
    text = fingerprint.replace("'", "''")
    postgres.psql(
        f"""comment on database "{database}" is '{text}'""", database="postgres"
    )


def provide(
    database: str,
    fingerprint: str,
    build: Callable[[str], None],
    *,
    beside: Path | None = None,
) -> str:
    """Build the database unless it is there with the same inputs, and so is the file that the build writes beside it."""
    with commands.lock(f"db-{database}"):
        # Asked only here: while somebody else builds it, there is no such file yet.
        is_complete = not beside or beside.is_file()
        if not is_complete or not fingerprint_of(database).startswith(fingerprint):
            drop(database)
            create(database)
            build(database)
            # Each build has passwords of its own: a copy of an earlier one is out of date.
            set_fingerprint(database, f"{fingerprint} {secrets.token_hex(4)}")
    return database


def create(database: str) -> None:
    """An empty one, known as ours from the start."""
    postgres.create_database(database)
    if postgres.is_external():
        set_fingerprint(database, "")


def copy(template: str, database: str) -> None:
    """A fresh copy under another name, files included."""
    drop(database)
    postgres.copy_database(template, database)
    if postgres.is_external():
        set_fingerprint(database, "")
    files = paths.DATA / "filestore" / template
    if files.is_dir():
        # Odoo never changes a stored file, it only adds and removes them: a hard link is as good as a copy.
        shutil.copytree(
            files, paths.DATA / "filestore" / database, copy_function=os.link
        )


def drop(database: str) -> None:
    """Database and files."""
    if postgres.is_external() and postgres.database_exists(database):
        external_postgres.check_may_drop(database, comment_of(database))
    postgres.drop_database(database)
    shutil.rmtree(paths.DATA / "filestore" / database, ignore_errors=True)
