"""Front-end tools from the npm registry, with the Node.js that the venv brings (no Debian package needed)."""

import json
import os
from pathlib import Path

from . import commands, paths
from .progress import step

# rtlcss: Odoo mirrors style sheets for right-to-left languages with it. prettier: formats XML. font-awesome: Odoo's icons.
PACKAGES = {
    "@prettier/plugin-xml": "3.4.2",
    "font-awesome": "4.7.0",
    "prettier": "3.10.1",
    "rtlcss": "4.3.0",
}


def provide() -> Path:
    """The node_modules folder with the pinned packages in it."""
    modules = paths.NODE / "node_modules"
    fingerprint = commands.digest(json.dumps(PACKAGES))
    with commands.lock("node"):
        if not commands.is_done("node", fingerprint):
            with step("npm packages (rtlcss, prettier, font-awesome)"):
                install()
            commands.mark_done("node", fingerprint)
    return modules


def install() -> None:
    """A package.json of exact versions; no install scripts run."""
    paths.NODE.mkdir(exist_ok=True)
    (paths.NODE / "package.json").write_text(
        json.dumps({"private": True, "dependencies": PACKAGES}, indent=1)
    )
    arguments = [
        paths.VENV / "bin/npm",
        "install",
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
    }
    commands.run(
        arguments,
        "npm install",
        downloads=True,
        log="npm.log",
        cwd=paths.NODE,
        env=environment,
    )
