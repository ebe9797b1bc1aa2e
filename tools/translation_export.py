"""What of an addon can be translated, as Odoo itself exports it. Needs an Odoo environment of a database in which the
addon is installed."""

import io
import os
from pathlib import Path
from unittest.mock import patch

from odoo.tools.translate import trans_export

walk = os.walk


def walk_sources(top, **options):
    """The root addon's folder is the checkout: what lies hidden in it, and the other addons, are no sources of it."""
    for folder, folders, files in walk(top, **options):
        is_checkout = (Path(folder) / ".git").exists()
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and not (is_checkout and name in ("addons", "tools"))
        ]
        yield folder, folders, files


def export_template(env, addon: str) -> str:
    """The text of its .pot file; empty where there is nothing to translate."""
    buffer = io.BytesIO()
    with patch("os.walk", walk_sources):
        trans_export(False, [addon], buffer, "po", env)
    # the time of the export would be a change of every file
    return "".join(
        line
        for line in buffer.getvalue().decode().splitlines(keepends=True)
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))
    )
