"""Writes the translation templates of our addons. Run inside `odoo shell`, where `env` is there.

Reads HARNESS_SETTINGS (JSON: folders by addon) and writes the number of terms by addon to HARNESS_ANSWER.
"""

import io
import json
import os
from pathlib import Path
from unittest.mock import patch

from odoo.tools.translate import trans_export

env = globals()["env"]
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


def export(addon: str, folder: str) -> int:
    """Write one template; the number of its terms."""
    buffer = io.BytesIO()
    with patch("os.walk", walk_sources):
        trans_export(False, [addon], buffer, "po", env)
    text = buffer.getvalue()
    if not text:
        return 0
    file = Path(folder) / "i18n" / f"{addon}.pot"
    file.parent.mkdir(exist_ok=True)
    # the time of the export would be a change of every file
    lines = [
        line
        for line in text.decode().splitlines(keepends=True)
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))
    ]
    file.write_text("".join(lines))
    return text.count(b"\nmsgid") - 1


settings = json.loads(os.environ["HARNESS_SETTINGS"])
answer = {addon: export(addon, folder) for addon, folder in settings["folders"].items()}
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
