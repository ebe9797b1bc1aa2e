"""Run pytest on the addons, inside a CRM database."""

import subprocess

from . import debian, odoo, paths
from .errors import Stop


def run(database: str, arguments, *, log_level: str = "critical") -> int:
    """pytest-odoo with an HTTP server, so that tours run too; returns pytest's exit code."""
    if not debian.chromium():
        raise Stop("Browser tours need Chromium: `apt-get install chromium`.")
    command = [
        paths.VENV / "bin/python",
        "-m",
        "pytest",
        "-o",
        f"cache_dir={paths.DEV}/pytest-cache",
        f"--odoo-database={database}",
        f"--odoo-config={odoo.write_config()}",
        f"--odoo-log-level={log_level}",
        "--odoo-http",
        *arguments,
    ]
    return subprocess.call([str(part) for part in command], env=odoo.environment(), cwd=paths.ROOT)
