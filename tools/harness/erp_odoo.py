"""The Odoo ERP: a second Odoo database, built once as a template, copied and served by a process of its own."""

import json
import secrets
from pathlib import Path

from . import commands, odoo, odoo_source, paths, processes, templates
from .progress import step

TEMPLATE = "erp_odoo_template"
MODULES = ("sale_management", "sale_margin", "stock_delivery", "repair", "l10n_nl")
SCRIPT = paths.FIXTURES / "odoo_erp.py"
SECRETS = paths.RUN / "erp-odoo-secrets.json"
INTEGRATION_LOGIN = "integration@noordzee-techniek.example"
CLERK_LOGIN = "clerk@noordzee-techniek.example"


def fingerprint() -> str:
    """What the template is made from."""
    data = [paths.FIXTURES / "catalogue.json", paths.FIXTURES / "customers.json"]
    return commands.digest(
        *MODULES, SCRIPT, *data, odoo_source.python_path() / "odoo/release.py"
    )


def provide_template() -> str:
    """The template database; its API keys are kept beside it, as Odoo stores only their hashes."""
    return templates.provide(TEMPLATE, fingerprint(), build, beside=SECRETS)


def build(database: str) -> None:
    """Install, then set up."""
    with step("ERP (Odoo): template database, once"):
        odoo.install(database, MODULES)
        settings = make_settings()
        keys = odoo.shell_script(database, SCRIPT, settings)
        write_secrets(SECRETS, settings, keys)


def make_settings() -> dict:
    """What the script is told: data, and passwords made for this build."""
    return {
        "catalogue": json.loads((paths.FIXTURES / "catalogue.json").read_text()),
        "customers": json.loads((paths.FIXTURES / "customers.json").read_text()),
        "admin_password": secrets.token_urlsafe(12),
        "users": [
            {"name": name, "login": login, "password": secrets.token_urlsafe(12)}
            for name, login in (
                ("CRM integration", INTEGRATION_LOGIN),
                ("Karin Bos", CLERK_LOGIN),
            )
        ],
    }


def write_secrets(file: Path, settings: dict, keys: dict) -> None:
    """Passwords, and the API keys the script has made."""
    passwords = {user["login"]: user["password"] for user in settings["users"]}
    passwords["admin"] = settings["admin_password"]
    file.touch(mode=0o600)
    file.write_text(json.dumps({"passwords": passwords, "api_keys": keys}))


def serve(process: str, database: str, workers: int = 0) -> dict:
    """Start it unless it runs; returns how to reach it, as the integration user and as a clerk."""
    record = processes.read_record(process) or odoo.serve(
        process, database, workers=workers
    )
    return describe(record["url"], database, SECRETS)


def describe(url: str, database: str, file: Path) -> dict:
    """An entry of what INTEGRATION_TEST_ERPS names."""
    known = json.loads(file.read_text())
    return {
        "url": url,
        "database": database,
        "login": INTEGRATION_LOGIN,
        "password": known["passwords"][INTEGRATION_LOGIN],
        "api_key": known["api_keys"][INTEGRATION_LOGIN],
        "clerk": {
            "login": CLERK_LOGIN,
            "password": known["passwords"][CLERK_LOGIN],
            "api_key": known["api_keys"][CLERK_LOGIN],
        },
        "admin": {"login": "admin", "password": known["passwords"]["admin"]},
    }
