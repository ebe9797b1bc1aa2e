"""Everything a machine needs, in order; each step recognises what is there."""

import os
import shutil

from . import debian, node_tools, odoo_source, paths, postgres, python_envs
from .errors import Stop
from .together import together

# A first set-up and the first demo, measured: Odoo 1.4 with its packages, the environments 0.7, databases and their log 2.
ODOO_GIGABYTES, ENVIRONMENTS_GIGABYTES, CLUSTER_GIGABYTES, RUN_GIGABYTES = 2, 1, 2, 1


def provide() -> None:
    """Ready to run Odoo and Tryton afterwards."""
    paths.make_folders()
    check_disk()
    debian.provide_packages()
    together(provide_odoo, python_envs.provide_tryton, postgres.provide)


def provide_odoo() -> None:
    """Node.js comes with the environment, and a font that Odoo's tree links to with Node's packages."""
    python_envs.provide_odoo()
    node_tools.provide()
    odoo_source.provide()


def check_disk() -> None:
    """Better to say so now than to break off halfway."""
    free = shutil.disk_usage(paths.DEV).free / 1e9
    needed = RUN_GIGABYTES
    if not paths.ODOO_TREE.is_dir() and not os.environ.get("ODOO_HOME"):
        needed += ODOO_GIGABYTES
    if not paths.VENV.is_dir():
        needed += ENVIRONMENTS_GIGABYTES
    if not paths.POSTGRES.is_dir() and not postgres.is_external():
        needed += CLUSTER_GIGABYTES
    if free < needed:
        raise Stop(
            f"The disk is full: {free:.1f} GB are free where {paths.DEV} lies, {needed} are needed; free some space."
        )
