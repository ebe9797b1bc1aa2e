"""CRM databases with the suite in them, for tests, demo and bench."""

import ast
import json
from pathlib import Path

from . import commands, odoo, odoo_source, paths, postgres, templates
from .errors import Stop
from .progress import step

# Standard addons that the suite builds on: installed once in a template, so that a new database costs seconds.
BASE_MODULES = ("crm", "sale_crm", "sale_management", "sale_stock", "stock_delivery")
BASE_TEMPLATE = "crm_base"
# Parts of an addon that an update of the database would not read.
NOT_LOADED = {"tests", "static", "readme", "__pycache__", "README.md", "README.rst"}
# The root addon shares its folder with the repository.
NOT_OF_ROOT_ADDON = {"addons", "tools", "docs", "Makefile"}


def provide_base() -> str:
    """A database with the standard addons only."""
    fingerprint = commands.digest(
        *BASE_MODULES, odoo_source.python_path() / "odoo/release.py"
    )

    def build(database: str) -> None:
        with step("CRM base database: standard addons, once"):
            odoo.install(database, BASE_MODULES)

    return templates.provide(BASE_TEMPLATE, fingerprint, build)


def find_addon(name: str) -> Path | None:
    """The folder of an addon of ours."""
    for folder in (paths.ADDONS, paths.LINKED_ADDONS):
        if (folder / name / "__manifest__.py").is_file():
            return folder / name
    return None


def suite_addons() -> list[str]:
    """All addons of the suite, the root addon included as soon as it exists."""
    found = [
        file.parent.name for file in sorted(paths.ADDONS.glob("*/__manifest__.py"))
    ]
    return found + ([paths.ROOT_ADDON] if find_addon(paths.ROOT_ADDON) else [])


def with_dependencies(names) -> list[str]:
    """The addons of ours that these need, themselves included."""
    wanted, todo = [], list(names)
    while todo:
        name = todo.pop()
        folder = find_addon(name)
        if folder and name not in wanted:
            wanted.append(name)
            todo += ast.literal_eval((folder / "__manifest__.py").read_text()).get(
                "depends", []
            )
    return sorted(wanted)


def standard_dependencies(names) -> set[str]:
    """The addons of Odoo that these need directly."""
    manifests = [
        ast.literal_eval((find_addon(name) / "__manifest__.py").read_text())
        for name in with_dependencies(names)
    ]
    needed = {name for manifest in manifests for name in manifest.get("depends", [])}
    return {name for name in needed if not find_addon(name)}


def source_fingerprint(name: str) -> str:
    """Changes whenever something changes that Odoo reads at install or update."""
    folder = find_addon(name)
    ignored = NOT_LOADED | (NOT_OF_ROOT_ADDON if name == paths.ROOT_ADDON else set())
    parts = []
    for entry in sorted(folder.iterdir()):
        if entry.name in ignored or entry.name.startswith("."):
            continue
        files = (
            [entry]
            if entry.is_file()
            else sorted(path for path in entry.rglob("*") if path.is_file())
        )
        for file in files:
            if not NOT_LOADED.intersection(file.parts[len(folder.parts) :]):
                parts += [str(file.relative_to(folder)), file]
    return commands.digest(*parts)


def provide(database: str, addons, *, fresh: bool = False) -> str:
    """The database with these addons, in the state of their sources: created, updated, or left as it is."""
    addons = list(addons)
    if unknown := [
        name for name in addons if not find_addon(name) and not is_standard(name)
    ]:
        raise Stop(
            f"There is no addon {', '.join(unknown)} in {paths.ADDONS}: check the name."
        )
    ours = {name: source_fingerprint(name) for name in with_dependencies(addons)}
    with commands.lock(f"db-{database}"):
        is_there = postgres.database_exists(database) and templates.is_ours(database)
        if fresh or not is_there:
            provide_base()
            templates.copy(BASE_TEMPLATE, database)
            give_own_uuid(database)
        known = json.loads(templates.fingerprint_of(database) or "{}")
        standard = [
            name
            for name in addons
            if name not in ours and name not in installed(database)
        ]
        install = standard + [name for name in ours if name not in installed(database)]
        update = [
            name
            for name in ours
            if name not in install and known.get(name) != ours[name]
        ]
        if install or update:
            with step(f"{database}: " + describe(install, update)):
                odoo.install(database, install, update=update)
            templates.set_fingerprint(database, json.dumps(known | ours))
    return database


def give_own_uuid(database: str) -> None:
    """Odoo does so when it duplicates a database. Our keys in the ERPs begin with it: a CRM with the uuid and the ids of
    an earlier one would find that one's orders and take them for its own."""
    postgres.psql(
        "update ir_config_parameter set value = gen_random_uuid() where key = 'database.uuid'",
        database=database,
    )


def is_standard(name: str) -> bool:
    """One of Odoo's own addons."""
    return any(
        (folder / name / "__manifest__.py").is_file()
        for folder in odoo_source.addons_path()
    )


def installed(database: str) -> set[str]:
    """Names of the addons in this database."""
    return set(
        postgres.psql(
            "select name from ir_module_module where state = 'installed'",
            database=database,
        ).split()
    )


def describe(install, update) -> str:
    """For the progress line."""
    parts = [f"install {', '.join(install)}"] if install else []
    return "; ".join(parts + ([f"update {', '.join(update)}"] if update else []))
