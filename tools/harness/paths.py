"""Where things are. All that is generated lies under .dev, so that `make clean` has one folder to remove."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
ADDONS = ROOT / "addons"
FIXTURES = TOOLS / "fixtures"

DEV = ROOT / ".dev"
APT = DEV / "apt"
ODOO_TREE = DEV / "odoo"
ODOO_DIST_PACKAGES = ODOO_TREE / "usr/lib/python3/dist-packages"
VENV = DEV / "venv"
TRYTON_VENV = DEV / "tryton-venv"
NODE = DEV / "node"
POSTGRES = DEV / "pg"
DATA = DEV / "data"
LINKED_ADDONS = DEV / "addons"
RUN = DEV / "run"
LOGS = DEV / "logs"
STAMPS = DEV / "stamps"
LOCKS = DEV / "locks"
# Pictures that tests make of each screen.
SCREENSHOTS = DEV / "screenshots"

ROOT_ADDON = "crm_integration_suite"
ERPS_FILE = RUN / "erps.json"


def make_folders() -> None:
    """The folders that every step takes for granted."""
    for folder in (DEV, DATA, LINKED_ADDONS, LOGS, STAMPS, LOCKS):
        folder.mkdir(parents=True, exist_ok=True)
    # Passwords and API keys of the local ERPs are in here.
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    link = LINKED_ADDONS / ROOT_ADDON
    # Odoo takes an addon's technical name from its folder, and a checkout may be called anything.
    if not link.is_symlink():
        link.symlink_to("../..")
    # Tests are addressed through these, see run_pytest.
    for old in LINKED_ADDONS.iterdir():
        if not old.exists():
            old.unlink()
    for manifest in ROOT.glob("addons/*/__manifest__.py"):
        addon_link = LINKED_ADDONS / manifest.parent.name
        if not addon_link.is_symlink():
            addon_link.symlink_to(f"../../addons/{manifest.parent.name}")
