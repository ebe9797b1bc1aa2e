"""Scripts, style sheets and texts of the web client, made ready once: each test of a screen would do it for itself, in its
own transaction, which takes longer than most of them."""

from . import commands, crm, odoo, paths
from .progress import step

# Those a page of the web client asks for in a test; their style sheets also as Arabic needs them.
NAMES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_tests",
    "web.assets_backend_lazy",
    "web.assets_emoji",
    "web.chartjs_lib",
    "bus.websocket_worker_assets",
)
# Languages in which screens are looked at. They are not switched on: a test that needs one does that.
LANGUAGES = ("ar_001", "zh_CN")
# Odoo's addons whose texts are on those screens; loading those of all takes minutes.
TRANSLATED = (
    *("base", "web", "mail", "contacts", "crm", "sale", "sale_crm", "product"),
    *("sales_team", "account", "stock", "base_setup"),
)


def provide(database: str) -> None:
    """They are there afterwards; what has not changed is left as it is."""
    ours = crm.suite_addons()
    files = [
        file for name in ours for file in sorted(crm.find_addon(name).glob("i18n/*.po"))
    ]
    settings = {
        "names": NAMES,
        "languages": LANGUAGES,
        "translated": [*TRANSLATED, *ours],
        "texts": commands.digest(*LANGUAGES, *TRANSLATED, *files),
    }
    with step(f"scripts, styles and texts of {database}"):
        odoo.shell_script(database, paths.TOOLS / "harness/make_bundles.py", settings)
