"""Style and mistakes; all findings are shown, not only the first."""

import os
import subprocess

from . import crm, node_tools, paths
from .progress import step

PRETTIER_PLUGIN = paths.NODE / "node_modules/@prettier/plugin-xml/src/plugin.js"
PRETTIER_FILES = "addons/**/*.{xml,js,css,scss}"


def check() -> bool:
    """True when everything is clean."""
    manifests = [str(path) for path in sorted(paths.ADDONS.glob("*/__manifest__.py"))]
    addons = [str(paths.ADDONS / name) for name in crm.suite_addons()]
    addons = [name for name in addons if os.path.isdir(name)]
    checks = {
        "ruff check": [tool("ruff"), "check", "--quiet", "."],
        "ruff format": [tool("ruff"), "format", "--quiet", "--check", "."],
        "pylint-odoo": [tool("pylint"), "--rcfile=.pylintrc", *addons],
        "odoo xml, csv, po": [
            tool("oca-checks-odoo-module"),
            "--config=.oca_hooks.cfg",
            *manifests,
        ],
        "prettier": prettier("--check", "--log-level=warn"),
        "app pages": app_pages("--check"),
    }
    return all([run(name, command) for name, command in checks.items()])


def fix() -> None:
    """Let the formatters do what they can."""
    for command in (
        [tool("ruff"), "check", "--fix", "--quiet", "."],
        [tool("ruff"), "format", "--quiet", "."],
        prettier("--write", "--log-level=warn"),
        app_pages(),
    ):
        subprocess.call(command, cwd=paths.ROOT, env=environment())


def run(name: str, command: list[str]) -> bool:
    """One checker; it prints its own findings."""
    with step(f"lint: {name}"):
        return not subprocess.call(command, cwd=paths.ROOT, env=environment())


def prettier(*options: str) -> list[str]:
    """XML as the OCA formats it, and scripts and style sheets."""
    program = str(paths.NODE / "node_modules/.bin/prettier")
    unmatched = "--no-error-on-unmatched-pattern"
    return [
        program,
        *options,
        unmatched,
        "--plugin",
        str(PRETTIER_PLUGIN),
        PRETTIER_FILES,
    ]


def app_pages(*options: str) -> list[str]:
    """What Odoo's Apps say of each addon, made of its readme."""
    return [str(paths.VENV / "bin/python"), str(paths.TOOLS / "app_pages.py"), *options]


def tool(name: str) -> str:
    """A program of the venv."""
    return str(paths.VENV / "bin" / name)


def environment() -> dict:
    """Node comes with the venv; caches stay inside .dev."""
    return os.environ | {
        "PATH": f"{paths.VENV}/bin:{os.environ['PATH']}",
        "RUFF_CACHE_DIR": str(paths.DEV / "cache/ruff"),
        "PYLINTHOME": str(paths.DEV / "cache/pylint"),
        **node_tools.CACHE,
    }
