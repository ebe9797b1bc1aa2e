"""Puts the bundles of the web client together, and loads its texts. Run inside `odoo shell`, where `env` is there.

Reads HARNESS_SETTINGS (JSON, see `bundles.provide`) and writes the addresses the bundles are found at to HARNESS_ANSWER.
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


def load_texts(texts: str, languages: list[str], names: list[str]) -> None:
    """Unless just these have been loaded; an addon that was updated since has changed only what its own files say."""
    parameters = env["ir.config_parameter"]
    if parameters.get_param("test.texts") == texts:
        return
    domain = [("name", "in", names), ("state", "=", "installed")]
    addons = env["ir.module.module"].search(domain)
    # loaded for those that are switched on alone; the tests begin with English alone
    active = env["res.lang"].search([]).mapped("code")
    for language in languages:
        env["res.lang"]._activate_lang(language)
    addons._update_translations(languages, overwrite=True)
    loaded = env["res.lang"].search([("code", "not in", active)])
    loaded.active = False
    parameters.set_param("test.texts", texts)


settings = json.loads(os.environ["HARNESS_SETTINGS"])
answer = {name: make(name) for name in settings["names"]}
load_texts(settings["texts"], settings["languages"], settings["translated"])
env.cr.commit()
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
