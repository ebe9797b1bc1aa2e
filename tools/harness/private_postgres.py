"""A PostgreSQL server for one run alone, to be restarted and killed while others use the shared one."""

import contextlib
import subprocess

from . import commands, debian, paths, postgres, templates
from .errors import Stop
from .progress import step


@contextlib.contextmanager
def private(name: str, wanted):
    """Whatever this process does meanwhile, and what it starts, uses a cluster of its own.

    `wanted` are names of template databases that are copied into it from the cluster in use before; they have to be
    there. The cluster's folder stays, so that the next run begins in seconds.
    """
    if not debian.postgres_programs():
        raise Stop(
            "This restarts a PostgreSQL server of its own: install Debian's postgresql on this machine."
        )
    source = postgres.full_environment()
    built_from = {template: templates.fingerprint_of(template) for template in wanted}
    before = postgres.current
    cluster = f"postgres_{name}"
    postgres.current = postgres.Cluster(
        cluster, paths.DEV / cluster, paths.RUN / f"{cluster}.json"
    )
    try:
        postgres.provide()
        for template, fingerprint in built_from.items():
            if templates.fingerprint_of(template) != fingerprint:
                copy(template, fingerprint, source)
        yield
    finally:
        postgres.stop()
        postgres.current = before


def copy(template: str, fingerprint: str, source: dict) -> None:
    """A database from another server; its files lie in the folder that both use."""
    with step(f"copying {template} into the PostgreSQL of this run"):
        postgres.drop_database(template)
        postgres.create_database(template)
        dump = subprocess.Popen(
            ["pg_dump", "--format=custom", "--compress=0", "--no-owner", template],
            env=source,
            stdout=subprocess.PIPE,
        )
        with dump:
            commands.run(
                ["pg_restore", "--no-owner", "-d", template],
                f"Copying {template}",
                env=postgres.full_environment(),
                stdin=dump.stdout,
            )
        if dump.returncode:
            raise Stop(f"Copying {template} failed: pg_dump has ended with an error.")
        postgres.psql("analyze", database=template)
        templates.set_fingerprint(template, fingerprint)
