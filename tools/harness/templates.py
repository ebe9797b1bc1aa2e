"""Databases that are built once and copied: the fingerprint of their inputs is kept in the database's own comment.

A half-built database has no comment, and one dropped by hand takes its comment with it, so there is no stamp to go wrong.
"""

import os
import secrets
import shutil
from collections.abc import Callable

from . import commands, paths, postgres


def fingerprint_of(database: str) -> str:
    """What the database was built from; empty when it is not there or not finished."""
    name = database.replace("'", "''")
    return postgres.psql(
        f"select shobj_description(oid, 'pg_database') from pg_database where datname = '{name}'",
        database="postgres",
    )


def set_fingerprint(database: str, fingerprint: str) -> None:
    """The last act of a build."""
    text = fingerprint.replace("'", "''")
    postgres.psql(
        f"""comment on database "{database}" is '{text}'""", database="postgres"
    )


def provide(database: str, fingerprint: str, build: Callable[[str], None]) -> str:
    """Build the database unless it is there with the same inputs."""
    with commands.lock(f"db-{database}"):
        if not fingerprint_of(database).startswith(fingerprint):
            drop(database)
            postgres.create_database(database)
            build(database)
            # Each build has passwords of its own: a copy of an earlier one is out of date.
            set_fingerprint(database, f"{fingerprint} {secrets.token_hex(4)}")
    return database


def copy(template: str, database: str) -> None:
    """A fresh copy under another name, files included."""
    drop(database)
    postgres.copy_database(template, database)
    files = paths.DATA / "filestore" / template
    if files.is_dir():
        # Odoo never changes a stored file, it only adds and removes them: a hard link is as good as a copy.
        shutil.copytree(
            files, paths.DATA / "filestore" / database, copy_function=os.link
        )


def drop(database: str) -> None:
    """Database and files."""
    postgres.drop_database(database)
    shutil.rmtree(paths.DATA / "filestore" / database, ignore_errors=True)
