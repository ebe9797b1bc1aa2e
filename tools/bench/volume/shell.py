"""Run inside `odoo shell`, where `env` is there: calls a function of a module of this folder.

Reads HARNESS_SETTINGS (JSON: module, function, arguments) and writes its answer to HARNESS_ANSWER.
"""

import importlib
import json
import os

settings = json.loads(os.environ["HARNESS_SETTINGS"])
module = importlib.import_module(f"bench.volume.{settings['module']}")
answer = getattr(module, settings["function"])(
    globals()["env"], **settings["arguments"]
)
globals()["env"].cr.commit()
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
