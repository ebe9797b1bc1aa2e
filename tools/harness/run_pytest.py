"""Run pytest on the addons, inside a CRM database."""

import subprocess

from . import commands, debian, odoo, paths
from .errors import Stop


def _through_links(argument):
    """Address tests through the links of `.dev/addons`.

    pytest imports every package between its root folder and a test. The checkout's own
    folder is an addon whose folder does not bear its technical name, so it must not lie on
    that way.
    """
    text = str(argument)
    if text.startswith("addons/"):
        return f"{paths.LINKED_ADDONS}/{text.removeprefix('addons/')}"
    if text == "tests" or text.startswith("tests/"):
        return f"{paths.LINKED_ADDONS}/{paths.ROOT_ADDON}/{text}"
    return text


def run(
    database: str, arguments, *, log_level: str = "critical", call=subprocess.call
) -> int:
    """pytest-odoo with an HTTP server, so that tours run too; returns pytest's exit code.

    `call` runs the command: here it may be talked to, as a debugger is.
    """
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
        f"--rootdir={paths.LINKED_ADDONS}",
        f"--confcutdir={paths.LINKED_ADDONS}",
        f"--config-file={paths.ROOT}/pyproject.toml",
        *map(_through_links, arguments),
    ]
    with commands.temporary_folder() as folder:
        return call(
            [str(part) for part in command],
            env=odoo.environment(TMPDIR=folder),
            cwd=paths.ROOT,
        )
