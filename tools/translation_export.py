"""What of an addon can be translated, as Odoo itself exports it. Needs an Odoo environment of a database in which the
addon is installed."""

import io
import os
import re
from pathlib import Path
from unittest.mock import patch

from odoo.tools.translate import trans_export

walk = os.walk
FIELD = re.compile(r"#: model:ir\.model\.fields,\w+:(\w+\.field_\w+)")


def walk_sources(addon: str):
    """Instead of ``os.walk``: of all the folders of addons, that of this one alone. The root addon's is the checkout: what
    lies hidden in it, and the other addons, are no sources of it."""

    def walk_addon(top, **options):
        if not (Path(top) / addon / "__manifest__.py").is_file():
            return
        for folder, folders, files in walk(top, **options):
            is_checkout = (Path(folder) / ".git").exists()
            folders[:] = [
                name
                for name in folders
                if not name.startswith(".")
                and not (is_checkout and name in ("addons", "tools"))
                and (name == addon or Path(folder) != Path(top))
            ]
            yield folder, folders, files

    return walk_addon


def export_template(env, addon: str) -> str:
    """The text of its .pot file; empty where there is nothing to translate."""
    buffer = io.BytesIO()
    with patch("os.walk", walk_sources(addon)):
        trans_export(False, [addon], buffer, "po", env)
    text = leave_out_strangers(env, addon, buffer.getvalue().decode())
    # the time of the export would be a change of every file
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date'))
    )


def leave_out_strangers(env, addon: str, text: str) -> str:
    """Odoo counts a field as the addon's that a module it knows nothing of adds to all models of a kind (SMS to what
    has a chatter), if that module happened to be there first."""
    module = env["ir.module.module"].search([("name", "=", addon)])
    known = {
        addon,
        "base",
        *module.upstream_dependencies(exclude_states=("none",)).mapped("name"),
    }

    def is_stranger(line: str) -> bool:
        found = FIELD.match(line)
        record = found and env.ref(found[1], raise_if_not_found=False)
        field = record and env[record.model]._fields.get(record.name)
        return bool(field and field._modules and not known & set(field._modules))

    entries = []
    for entry in text.split("\n\n"):
        lines = entry.split("\n")
        kept = [line for line in lines if not is_stranger(line)]
        if len(kept) == len(lines) or any(line.startswith("#:") for line in kept):
            entries.append("\n".join(kept))
    return "\n\n".join(entries).rstrip("\n") + "\n" if entries else text
