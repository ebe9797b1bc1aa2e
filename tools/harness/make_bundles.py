"""Puts the bundles of the web client together. Run inside `odoo shell`, where `env` is there.

Reads HARNESS_SETTINGS (JSON: names of the bundles) and writes the addresses they are found at to HARNESS_ANSWER.
"""

import json
import os

env = globals()["env"]


def make(name: str) -> list[str]:
    """Scripts, and style sheets in both directions."""
    bundles = env["ir.qweb"]
    scripts = bundles._get_asset_bundle(name, css=False)
    made = [scripts.js()] if scripts.javascripts or scripts.templates else []
    for is_right_to_left in (False, True):
        styles = bundles._get_asset_bundle(name, js=False, rtl=is_right_to_left)
        if styles.stylesheets:
            made.append(styles.css())
    return [attachment.url for attachment in made]


settings = json.loads(os.environ["HARNESS_SETTINGS"])
answer = {name: make(name) for name in settings["names"]}
env.cr.commit()
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
