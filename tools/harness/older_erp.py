"""An Odoo 14 as ERP: Debian 11 has it as a package, which runs in a root folder of its own with that system's Python.

Only root may unpack a Debian and work inside it. Everything lies in .dev/older, which `make clean` removes; what is
downloaded, apt checks by Debian's signatures.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import (
    commands,
    crm,
    erp_odoo,
    erps,
    paths,
    postgres,
    processes,
    run_pytest,
    run_tests,
    templates,
)
from .errors import Stop
from .progress import step

SUITE = "bullseye"
MIRROR = "http://deb.debian.org/debian"
PACKAGE = "odoo-14"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ROOT = paths.DEV / "older"
# Folders as Odoo sees them; the package has made the user and its home.
USER = "odoo"
HOME = "/var/lib/odoo"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
MODULES = (
    "sale_management",
    "sale_margin",
    "sale_stock",
    "delivery",
    "repair",
    "l10n_nl",
)
TEMPLATE = "erp_odoo14_template"
NAME = "erp_odoo14"
SECRETS = paths.RUN / "erp-odoo14-secrets.json"
ERPS_FILE = paths.RUN / "erps-older.json"
DATABASE = "crm_older"


def run(arguments=()) -> int:
    """Run the tests that talk to an Odoo ERP, with this one; pytest's exit code."""
    provide_system()
    template = provide_template()
    crm.provide(run_tests.TEMPLATE, crm.suite_addons())
    templates.copy(run_tests.TEMPLATE, DATABASE)
    processes.stop(NAME)
    templates.copy(template, NAME)
    copy_files(template, NAME)
    try:
        with step("starting Odoo 14"):
            erps.write(ERPS_FILE, {"odoo": serve(NAME)})
        os.environ["INTEGRATION_TEST_ERPS"] = str(ERPS_FILE)
        return run_pytest.run(DATABASE, options_for(list(arguments)))
    finally:
        processes.stop(NAME)
        templates.drop(NAME)
        templates.drop(DATABASE)


def options_for(arguments: list[str]) -> list[str]:
    """All tests that an Odoo ERP can answer, unless some are named."""
    if not any(os.path.exists(part.split("::")[0]) for part in arguments):
        arguments = [
            "addons/integration_odoo/tests",
            *(
                f"tests/{file.name}"
                for file in sorted(paths.ROOT.glob("tests/test_*_odoo.py"))
            ),
            *arguments,
        ]
    return ["--durations=5", "--timeout=600", *arguments]


def check() -> None:
    """Say what is missing before anything else is done."""
    if os.geteuid() != 0:
        raise Stop(
            "This unpacks a Debian 11 and works inside it, which only root may: run it as root."
        )
    if not shutil.which("debootstrap") or not KEYRING.is_file():
        raise Stop(
            "Debian packages are missing: `apt-get install debootstrap debian-archive-keyring`."
        )


def provide_system() -> None:
    """Debian 11 with Odoo 14 in it."""
    with commands.lock("older"):
        if commands.is_done("older", commands.digest(SUITE, PACKAGE)) and ROOT.is_dir():
            return
        with step("Debian 11 with Odoo 14, once (2 GB)"):
            shutil.rmtree(ROOT, ignore_errors=True)
            commands.run(
                [
                    "debootstrap",
                    "--variant=minbase",
                    f"--keyring={KEYRING}",
                    SUITE,
                    ROOT,
                    MIRROR,
                ],
                "debootstrap",
                log="older.log",
                downloads=True,
            )
            # No package is to start a server.
            policy = ROOT / "usr/sbin/policy-rc.d"
            policy.write_text("#!/bin/sh\nexit 101\n")
            policy.chmod(0o755)
            for arguments in (
                ["update"],
                ["install", "-y", "--no-install-recommends", PACKAGE],
                ["clean"],
            ):
                commands.run(
                    inside("apt-get", *arguments, user="root"),
                    f"apt-get {' '.join(arguments)} in {ROOT}",
                    log="older.log",
                    downloads=True,
                    env={"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive"},
                )
        commands.mark_done("older", commands.digest(SUITE, PACKAGE))


def inside(*args, user: str = USER) -> list[str]:
    """A command line within that system. /proc is there for this process alone, and goes with it."""
    script = 'mount -t proc proc "$0/proc" && user=$1 && shift && exec chroot --userspec="$user" "$0" "$@"'
    return ["unshare", "--mount", "sh", "-c", script, *map(str, (ROOT, user, *args))]


def odoo(*args) -> list[str]:
    """An Odoo command there."""
    return inside("odoo", *args, "-c", "/dev/null", "-D", f"{HOME}/data")


def environment(**more) -> dict:
    """Where its database is; nothing of our own Odoo."""
    return {
        "PATH": PATH,
        "HOME": HOME,
        "LANG": "C.UTF-8",
        **postgres.environment(),
        **more,
    }


def provide_template() -> str:
    """The same company as the ERP of 19, products and customers included."""
    fingerprint = commands.digest(*MODULES, erp_odoo.fingerprint())
    return templates.provide(TEMPLATE, fingerprint, build, beside=SECRETS)


def build(database: str) -> None:
    """Install, then set up."""
    with step("ERP (Odoo 14): template database, once"):
        shutil.rmtree(files_of(database), ignore_errors=True)
        options = ["-d", database, "--no-http", "--log-level=warn"]
        commands.run(
            odoo(
                *options,
                "--stop-after-init",
                "--without-demo=all",
                "-i",
                ",".join(MODULES),
            ),
            "Installing Odoo 14",
            log=f"install-{database}.log",
            env=environment(),
            cwd="/",
        )
        settings = erp_odoo.make_settings()
        answer = f"{HOME}/answer.json"
        (ROOT / answer.lstrip("/")).unlink(missing_ok=True)
        commands.run(
            odoo("shell", *options),
            "Setting up Odoo 14",
            log=f"setup-{database}.log",
            env=environment(
                HARNESS_SETTINGS=json.dumps(settings), HARNESS_ANSWER=answer
            ),
            cwd="/",
            input=erp_odoo.SCRIPT.read_text(),
            stdin=None,
        )
        keys = json.loads((ROOT / answer.lstrip("/")).read_text())
        erp_odoo.write_secrets(SECRETS, settings, keys)


def files_of(database: str) -> Path:
    """Its folder of stored files."""
    return ROOT / HOME.lstrip("/") / "data/filestore" / database


def copy_files(template: str, database: str) -> None:
    """With their owner, which copytree would not keep."""
    shutil.rmtree(files_of(database), ignore_errors=True)
    if files_of(template).is_dir():
        subprocess.run(["cp", "-a", files_of(template), files_of(database)], check=True)


def serve(database: str) -> dict:
    """Start it; returns how to reach it, as the tests read it."""
    port = processes.port_of(NAME)
    options = ["-d", database, "--db-filter", f"^{database}$", "--no-database-list"]
    options += ["--http-interface", "127.0.0.1", "--http-port", port]
    options += ["--max-cron-threads", 0, "--log-level=warn"]
    url = f"http://127.0.0.1:{port}"
    about = {"url": url, "database": database, "postgres": postgres.address()}
    processes.start(NAME, odoo(*options), env=environment(), cwd="/", about=about)
    processes.wait_until_it_answers(NAME, f"{url}/web/login", seconds=120)
    found = erp_odoo.describe(url, database, SECRETS)
    return {**found, "protocol": "jsonrpc", "version": "14."}
