"""Writes the translation templates of our addons. Run inside `odoo shell`, where `env` is there.

Reads HARNESS_SETTINGS (JSON: `folders` by addon, and `tools`, our own folder) and writes the number of terms by addon
to HARNESS_ANSWER.
"""

import json
import os
import sys
from pathlib import Path

env = globals()["env"]
settings = json.loads(os.environ["HARNESS_SETTINGS"])
sys.path.append(settings["tools"])

from translation_export import export_template  # noqa: E402


def export(addon: str, folder: str) -> int:
    """Write one template; the number of its terms."""
    text = export_template(env, addon)
    if not text:
        return 0
    file = Path(folder) / "i18n" / f"{addon}.pot"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return text.count("\nmsgid") - 1


answer = {addon: export(addon, folder) for addon, folder in settings["folders"].items()}
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
