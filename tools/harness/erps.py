"""The ERPs that tests, demo and bench talk to: the two standing ones, and copies of them for who wants one alone."""

import json
from pathlib import Path

from . import commands, erp_odoo, erp_tryton, paths, postgres, processes, templates
from .errors import Stop
from .progress import step
from .together import together

KINDS = {"odoo": erp_odoo, "tryton": erp_tryton}


def provide_templates(*more) -> None:
    """Both templates, and whatever else takes its time, side by side."""
    together(*(module.provide_template for module in KINDS.values()), *more)


def up() -> dict:
    """Both standing ERPs are served afterwards."""
    with commands.lock("erps"):
        provide_templates()
        return write(
            paths.ERPS_FILE, {kind: provide(kind, f"erp_{kind}") for kind in KINDS}
        )


def up_fresh(name: str, file: Path) -> dict:
    """Copies of both as they were set up, under a name of their own."""
    return write(file, {kind: new(kind, name) for kind in KINDS})


def write(file: Path, found: dict) -> dict:
    """What INTEGRATION_TEST_ERPS names; passwords are in it."""
    file.touch(mode=0o600)
    text = json.dumps(found, indent=1)
    if file.read_text() != text:
        file.write_text(text)
    return found


def provide(kind: str, name: str, *, workers: int = 0, fresh: bool = False) -> dict:
    """The database (a copy of the template) and the process that serves it, both called `name`."""
    module = KINDS[kind]
    template = module.provide_template()
    if record := processes.read_record(name):
        # PostgreSQL may have moved to another port since.
        if (
            fresh
            or record["postgres"] != postgres.address()
            or record["workers"] != workers
        ):
            processes.stop(name)
    made_from = templates.fingerprint_of(template)
    if fresh or templates.fingerprint_of(name) != made_from:
        processes.stop(name)
        templates.copy(template, name)
        templates.set_fingerprint(name, made_from)
    if processes.read_record(name):
        return module.serve(name, name, workers)
    with step(f"starting {name}"):
        return module.serve(name, name, workers)


def new(kind: str, name: str, *, workers: int = 0) -> dict:
    """A fresh copy under the name erp_KIND_NAME."""
    return provide(kind, f"erp_{kind}_{name}", workers=workers, fresh=True)


def drop(name: str) -> None:
    """Stop and remove a copy; the standing ones stay."""
    names = [f"erp_{kind}_{name}" for kind in KINDS]
    found = [full for full in names if postgres.database_exists(full)]
    if not found:
        raise Stop(f"There is no ERP copy called {name}.")
    for full in found:
        processes.stop(full)
        templates.drop(full)
