"""The two virtual environments: Odoo with the test tools, and Tryton (its pins differ) apart."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import commands, paths
from .errors import Stop
from .progress import step

# The pinned packages have ready-made wheels for these, and no compiler is asked for.
GOOD_PYTHONS = ((3, 11), (3, 12), (3, 13))


def find_python() -> str:
    """The interpreter for the venvs: the one that runs us if it fits, else one of the right name on the PATH."""
    if sys.version_info[:2] in GOOD_PYTHONS and sys.prefix == sys.base_prefix:
        return sys.executable
    for major, minor in GOOD_PYTHONS:
        for name in (
            f"/usr/bin/python{major}.{minor}",
            shutil.which(f"python{major}.{minor}"),
        ):
            if name and Path(name).exists():
                return name
    running = ".".join(map(str, sys.version_info[:2]))
    raise Stop(
        f"Python {running} is here, but Odoo 19 with its pinned packages needs 3.11, 3.12 or 3.13: install one of them."
    )


def provide_odoo() -> None:
    """Odoo's environment is there afterwards, with what the requirement files name."""
    requirements = [
        paths.ROOT / "requirements.txt",
        paths.TOOLS / "requirements-odoo.txt",
    ]
    requirements.append(paths.TOOLS / "requirements-dev.txt")
    provide_one(
        paths.VENV,
        requirements,
        paths.TOOLS / "constraints-odoo.txt",
        "Python packages for Odoo and tests",
        alone=paths.TOOLS / "requirements-oca.txt",
    )


def provide_tryton() -> None:
    """Likewise Tryton's."""
    requirements = [paths.TOOLS / "requirements-tryton.txt"]
    provide_one(
        paths.TRYTON_VENV,
        requirements,
        paths.TOOLS / "constraints-tryton.txt",
        "Python packages of Tryton",
    )


def provide_one(
    venv: Path,
    requirements: list[Path],
    constraints: Path,
    title: str,
    *,
    alone: Path | None = None,
) -> None:
    """Created once; filled again only when the files that describe it change.

    What `alone` names is installed without its dependencies.
    """
    with commands.lock(venv.name):
        python = venv / "bin/python"
        if (
            python.exists()
            and subprocess.run(
                [python, "-c", "import pip"], capture_output=True
            ).returncode
        ):
            # Its interpreter was upgraded away, the checkout was moved, or the set-up was broken off.
            shutil.rmtree(venv)
        described = [*requirements, *([alone] if alone else [])]
        fingerprint = commands.digest(str(venv), *described, constraints)
        if python.exists() and commands.is_done(venv.name, fingerprint):
            return
        with step(title):
            if not python.exists():
                commands.run([find_python(), "-m", "venv", venv], f"Creating {venv}")
            options = ["--constraint", constraints]
            for file in requirements:
                options += ["--requirement", file]
            pip_install(venv, options)
            if alone:
                pip_install(venv, ["--no-deps", "--requirement", alone])
        commands.mark_done(venv.name, fingerprint)


def pip_install(venv: Path, options: list) -> None:
    """What the options name, into this environment."""
    base = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    commands.run(
        [venv / "bin/python", *base, *options],
        "pip install",
        downloads=True,
        log=f"pip-{venv.name}.log",
        # pip's cache would lie in the home folder; the installed environment is the cache.
        env=os.environ | {"PIP_NO_CACHE_DIR": "1"},
    )
