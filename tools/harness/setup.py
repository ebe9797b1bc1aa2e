"""Everything a machine needs, in order; each step recognises what is there."""

import os
import shutil

from . import debian, node_tools, odoo_source, paths, postgres, python_envs
from .errors import Stop

NEEDED_GIGABYTES = 6


def provide() -> None:
    """Ready to run Odoo and Tryton afterwards."""
    paths.make_folders()
    check_disk()
    debian.provide_packages()
    python_envs.provide()
    node_tools.provide()
    odoo_source.provide()
    postgres.provide()


def check_disk() -> None:
    """A first set-up takes some 4 GB; better to say so now than to break off halfway."""
    free = shutil.disk_usage(paths.DEV).free / 1e9
    needed = (
        1
        if (paths.ODOO_TREE.is_dir() or os.environ.get("ODOO_HOME"))
        else NEEDED_GIGABYTES
    )
    if free < needed:
        raise Stop(
            f"The disk is full: {free:.1f} GB are free where {paths.DEV} lies, {needed} are needed; free some space."
        )
