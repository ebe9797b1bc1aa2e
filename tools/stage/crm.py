"""The CRM's server: a real process with cron threads, so that the queue is worked off by the scheduled actions."""

from harness import crm, erps, odoo, paths, postgres, processes, templates
from harness.errors import Stop
from harness.progress import step

from .database import oid

# Two lanes are active in a fresh database, and the other scheduled actions want their turn.
CRON_THREADS = 3


def serve(
    database: str, *, workers: int = 0, port: int | None = None, options=()
) -> dict:
    """Served, with the sources as they are now; returns the process record."""
    if record := processes.read_record(database):
        is_there = not port or record["url"].endswith(f":{port}")
        if is_there and record["postgres"] == postgres.address():
            return record
        processes.stop(database)
    check_port(database, port)
    with step(f"starting {database}"):
        arguments = [f"--max-cron-threads={CRON_THREADS}", *options]
        return odoo.serve(
            database, database, workers=workers, port=port, options=arguments
        )


def check_port(database: str, port: int | None) -> None:
    """Stop when another program listens there; our own server may."""
    record = processes.read_record(database)
    is_ours = record and record["url"].endswith(f":{port}")
    if port and not is_ours and processes.is_port_taken(port):
        raise Stop(
            f"Port {port} is taken by another program: choose another one, such as "
            f"`make serve PORT={processes.free_port()}`."
        )


def provide(database: str, addons, setup, fresh: bool = False) -> bool:
    """The CRM database with these addons, and `setup(database)` done once; True when it was made anew.

    The server is stopped first when the addons have to be updated under it.
    """
    if not fresh and is_complete(database):
        if must_update(database, addons):
            processes.stop(database)
        crm.provide(database, addons)
        return False
    processes.stop(database)
    crm.provide(database, addons, fresh=True)
    setup(database)
    postgres.psql(
        "insert into ir_config_parameter (key, value) values ('stage.complete', '1')",
        database=database,
    )
    return True


def is_complete(database: str) -> bool:
    """A database whose set-up was broken off halfway is made again."""
    if not postgres.database_exists(database):
        return False
    query = "select count(*) from ir_config_parameter where key = 'stage.complete'"
    return postgres.psql(query, database=database) == "1"


def must_update(database: str, addons) -> bool:
    """Some source of an installed addon has changed."""
    known = templates.fingerprint_of(database)
    return not all(
        f'"{crm.source_fingerprint(name)}"' in known
        for name in crm.with_dependencies(addons)
    )


def provide_erps(name: str) -> dict:
    """Copies of both ERPs of this name, served."""
    # On a fresh machine these take minutes: side by side with what the CRM begins with.
    erps.provide_templates(crm.provide_base)
    return {kind: erps.provide(kind, f"erp_{kind}_{name}") for kind in erps.KINDS}


def erp_marks(found: dict) -> dict:
    """Tells the ERPs' databases from later ones of the same name: a CRM linked to others is of no use."""
    return {kind: oid(settings["database"]) for kind, settings in found.items()}


def secrets_file(database: str):
    """Logins of the people in a CRM database."""
    return paths.RUN / f"{database}-people.json"
