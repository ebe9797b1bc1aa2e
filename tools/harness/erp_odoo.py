"""The Odoo ERP: a second Odoo database, built once as a template, copied and served by a process of its own."""

import json
import secrets

from . import commands, odoo, odoo_source, paths, processes, templates
from .progress import step

TEMPLATE = "erp_odoo_template"
MODULES = ("sale_management", "stock_delivery", "repair", "l10n_nl")
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
    if not SECRETS.is_file():
        templates.drop(TEMPLATE)
    return templates.provide(TEMPLATE, fingerprint(), build)


def build(database: str) -> None:
    """Install, then set up."""
    with step("ERP (Odoo): template database, once"):
        odoo.install(database, MODULES)
        passwords = {
            login: secrets.token_urlsafe(12)
            for login in (INTEGRATION_LOGIN, CLERK_LOGIN, "admin")
        }
        settings = {
            "catalogue": json.loads((paths.FIXTURES / "catalogue.json").read_text()),
            "customers": json.loads((paths.FIXTURES / "customers.json").read_text()),
            "admin_password": passwords["admin"],
            "users": [
                {
                    "name": "CRM integration",
                    "login": INTEGRATION_LOGIN,
                    "password": passwords[INTEGRATION_LOGIN],
                },
                {
                    "name": "Karin Bos",
                    "login": CLERK_LOGIN,
                    "password": passwords[CLERK_LOGIN],
                },
            ],
        }
        keys = odoo.shell_script(database, SCRIPT, settings)
        SECRETS.touch(mode=0o600)
        SECRETS.write_text(json.dumps({"passwords": passwords, "api_keys": keys}))


def serve(process: str, database: str, workers: int = 0) -> dict:
    """Start it unless it runs; returns how to reach it, as the integration user and as a clerk."""
    record = processes.read_record(process) or odoo.serve(
        process, database, workers=workers
    )
    known = json.loads(SECRETS.read_text())
    return {
        "url": record["url"],
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
