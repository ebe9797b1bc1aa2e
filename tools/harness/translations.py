"""`tools/harness pot`: the translation templates (`i18n/*.pot`) of all addons, as Odoo itself exports them."""

from . import crm, odoo, paths
from .progress import say

DATABASE = "crm_pot"


def export_templates() -> None:
    """Write them; what has to be translated anew is for a person to see."""
    addons = crm.suite_addons()
    crm.provide(DATABASE, addons)
    folders = {name: str(paths.ROOT / crm.find_addon(name)) for name in addons}
    counts = odoo.shell_script(
        DATABASE,
        paths.TOOLS / "harness/export_pot.py",
        {"folders": folders, "tools": str(paths.TOOLS)},
    )
    for name, count in counts.items():
        say(f"    {name}: {count} terms")
