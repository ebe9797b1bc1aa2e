"""Debian packages the harness needs: installed as root, named to everybody else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import commands, python_envs
from .errors import Stop
from .progress import step


def postgres_programs() -> Path | None:
    """The newest PostgreSQL server's folder of programs, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def chromium() -> str | None:
    """A browser that Odoo's tours can drive."""
    return (
        shutil.which("chromium")
        or shutil.which("google-chrome")
        or shutil.which("chromium-browser")
    )


def missing_packages() -> list[str]:
    """Debian names of what is not there."""
    missing = []
    if os.environ.get("PGHOST"):
        if not shutil.which("createdb"):
            missing.append("postgresql-client")
    elif not postgres_programs():
        missing.append("postgresql")
    if not chromium():
        missing.append("chromium")
    # of the one that makes the environments, which need not be the one that runs us
    python = python_envs.find_python()
    if subprocess.run(
        [python, "-c", "import ensurepip"], capture_output=True
    ).returncode:
        missing.append(
            "python3-venv" if python == sys.executable else f"{Path(python).name}-venv"
        )
    return missing


def provide_packages() -> None:
    """Nothing to do on most runs; else install them (root) or say which to ask for."""
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop(
            f"Debian packages are missing: ask an administrator for `apt-get install {names}`."
        )
    with commands.lock("debian"), step(f"Debian packages: {names}"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        problem = None
        try:
            commands.run(
                # By default apt only warns when it cannot reach the archive, and goes on with nothing.
                ["apt-get", "-o", "APT::Update::Error-Mode=any", "update"],
                "apt-get update",
                downloads=True,
                log="apt.log",
                env=environment,
            )
        except Stop as stop:
            # It may be about an archive that nothing is needed from.
            problem = stop
        arguments = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
        try:
            commands.run(
                arguments,
                f"apt-get install {names}",
                downloads=True,
                log="apt.log",
                env=environment,
            )
        except Stop as stop:
            raise problem or stop from stop
    if still := missing_packages():
        raise Stop(
            f"apt-get installed {names}, but {' '.join(still)} can still not be found: install it by hand."
        )
