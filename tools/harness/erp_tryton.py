"""The Tryton ERP: version 8.0 on our PostgreSQL, built once as a template, copied and served by a process of its own."""

import json
import secrets
from pathlib import Path
from urllib.parse import quote

from . import commands, paths, postgres, processes, templates
from .progress import step

TEMPLATE = "erp_tryton_template"
MODULES = (
    "party",
    "product",
    "product_image",
    "product_measurements",
    "currency",
    "company",
    "account",
    "account_credit_limit",
    "account_product",
    "account_invoice",
    "account_invoice_stock",
    "stock",
    "sale",
    "sale_opportunity",
    "web_shop",
    "sale_complaint",
    "stock_package_shipping",
    "sale_price_list",
    "stock_forecast",
)
SCRIPT = paths.FIXTURES / "tryton_erp.py"
SECRETS = paths.RUN / "erp-tryton-secrets.json"


def provide_template() -> str:
    """The template database; passwords are kept beside it, as Tryton stores only their hashes."""
    data = [paths.FIXTURES / "catalogue.json", paths.FIXTURES / "customers.json"]
    fingerprint = commands.digest(
        *MODULES, SCRIPT, *data, paths.TOOLS / "constraints-tryton.txt"
    )
    return templates.provide(TEMPLATE, fingerprint, build, beside=SECRETS)


def build(database: str) -> None:
    """Tables, modules, then the set-up script."""
    with step("ERP (Tryton): template database, once"):
        config = write_config(TEMPLATE)
        passwords = {
            login: secrets.token_urlsafe(12)
            for login in ("admin", "integration", "clerk")
        }
        password_file = paths.RUN / "tryton-admin-password"
        password_file.touch(mode=0o600)
        password_file.write_text(passwords["admin"])
        env = environment() | {"TRYTONPASSFILE": str(password_file)}
        admin = [paths.TRYTON_VENV / "bin/trytond-admin", "-c", config, "-d", database]
        email = ["--email", "admin@noordzee-techniek.example"]
        commands.run(
            [*admin, "--all", *email],
            "Creating the Tryton database",
            log="tryton-init.log",
            env=env,
        )
        modules = ["-u", *MODULES, "--activate-dependencies"]
        commands.run(
            [*admin, *modules, *email],
            "Activating Tryton's modules",
            log="tryton-init.log",
            env=env,
        )
        password_file.unlink()
        SECRETS.touch(mode=0o600)
        SECRETS.write_text(json.dumps(set_up(database, config, passwords)))


def set_up(database: str, config: Path, passwords: dict) -> dict:
    """Run the set-up script; returns all secrets."""
    settings = {
        "catalogue": json.loads((paths.FIXTURES / "catalogue.json").read_text()),
        "customers": json.loads((paths.FIXTURES / "customers.json").read_text()),
        "passwords": passwords,
        "database": database,
        "config": str(config),
    }
    answer = paths.RUN / f"answer-{database}.json"
    env = environment() | {
        "HARNESS_SETTINGS": json.dumps(settings),
        "HARNESS_ANSWER": str(answer),
    }
    commands.run(
        [paths.TRYTON_VENV / "bin/python", SCRIPT],
        "Setting up Tryton",
        log="tryton-setup.log",
        env=env,
    )
    found = json.loads(answer.read_text())
    answer.unlink()
    return {"passwords": passwords, **found}


def environment() -> dict:
    """Tryton reads the database from its configuration; the rest is the machine's."""
    return postgres.full_environment() | {
        "PYTHONUNBUFFERED": "1",
        "XDG_CACHE_HOME": str(paths.DEV / "cache"),
    }


def write_config(process: str, port: int = 0, more: str = "") -> Path:
    """Holds the database password, so readable by us alone."""
    values = postgres.environment()
    user, password = (
        quote(values.get("PGUSER", commands.whoami())),
        quote(values.get("PGPASSWORD", ""), safe=""),
    )
    login = f"{user}:{password}" if password else user
    host = f"{quote(values['PGHOST'], safe='')}:{values.get('PGPORT', 5432)}"
    file = paths.RUN / f"{process}.conf"
    file.touch(mode=0o600)
    file.write_text(
        f"[database]\nuri = postgresql://{login}@{host}/\npath = {paths.DATA}/tryton\n"
        f"[web]\nlisten = 127.0.0.1:{port}\n"
        # The reports' converter is an office suite that tests do not need.
        "[email]\nuri = smtp://127.0.0.1:9\n" + more
    )
    return file


def serve(process: str, database: str, workers: int = 0, *, settings: str = "") -> dict:
    """Start it unless it runs; returns how to reach it, as the integration user and as a clerk.

    With workers, confirming returns at once and that many processes do the rest from Tryton's queue.

    :param settings: more of Tryton's configuration file
    """
    record = processes.read_record(process)
    if not record:
        port = processes.port_of(process)
        config = write_config(process, port, settings)
        url = f"http://127.0.0.1:{port}"
        about = {
            "url": url,
            "database": database,
            "workers": workers,
            "postgres": postgres.address(),
        }
        command = [paths.TRYTON_VENV / "bin/trytond", "-c", config, "-d", database]
        record = processes.start(process, command, env=environment(), about=about)
        processes.wait_until_it_answers(process, url)
    known = json.loads(SECRETS.read_text())
    return {
        "url": record["url"],
        "database": database,
        "login": "integration",
        "password": known["passwords"]["integration"],
        "application_key": known["application_key"],
        "web_shop": known["web_shop"],
        "clerk": {"login": "clerk", "password": known["passwords"]["clerk"]},
        "admin": {"login": "admin", "password": known["passwords"]["admin"]},
    }
