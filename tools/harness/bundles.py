"""Scripts and style sheets of the web client, put together once: each test of a screen would do it for itself, in its own
transaction, which takes longer than most of them."""

from . import odoo, paths
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


def provide(database: str) -> None:
    """They are there afterwards; what has not changed is left as it is."""
    with step(f"scripts and styles of {database}"):
        odoo.shell_script(
            database, paths.TOOLS / "harness/make_bundles.py", {"names": NAMES}
        )
