"""Front-end tools from the npm registry, with the Node.js that the venv brings (no Debian package needed)."""

import os
import shutil
from pathlib import Path

from . import commands, paths
from .progress import step

# What and at which versions, with the checksums that npm verifies: rtlcss (Odoo mirrors style sheets for right-to-left
# languages with it), prettier (formats XML) and font-awesome (Odoo's icons).
SOURCES = (paths.TOOLS / "node/package.json", paths.TOOLS / "node/package-lock.json")
# Node.js keeps compiled scripts in /tmp by default.
CACHE = {"NODE_COMPILE_CACHE": str(paths.DEV / "cache/node")}


def provide() -> Path:
    """The node_modules folder with the pinned packages in it."""
    modules = paths.NODE / "node_modules"
    fingerprint = commands.digest(*SOURCES)
    with commands.lock("node"):
        if not commands.is_done("node", fingerprint):
            with step("npm packages (rtlcss, prettier, font-awesome)"):
                install()
            commands.mark_done("node", fingerprint)
    return modules


def install() -> None:
    """Exactly what the lock file names; no install scripts run."""
    paths.NODE.mkdir(exist_ok=True)
    for file in SOURCES:
        shutil.copy(file, paths.NODE)
    arguments = [
        paths.VENV / "bin/npm",
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    environment = os.environ | {
        "PATH": f"{paths.VENV}/bin:{os.environ['PATH']}",
        # npm keeps its cache in the home folder by default; nothing outside the checkout may change.
        "npm_config_cache": str(paths.NODE / "cache"),
        "npm_config_update_notifier": "false",
        **CACHE,
    }
    commands.run(
        arguments,
        "npm ci",
        downloads=True,
        log="npm.log",
        cwd=paths.NODE,
        env=environment,
    )
