"""Run inside `odoo shell`, where `env` is there: calls a function of a module of this folder.

Reads HARNESS_SETTINGS (JSON: module, function, the file its arguments are in) and writes its answer to HARNESS_ANSWER.
"""

import importlib
import json
import os

settings = json.loads(os.environ["HARNESS_SETTINGS"])
module = importlib.import_module(f"bench.volume.{settings['module']}")
with open(settings["arguments"]) as file:
    arguments = json.load(file)
answer = getattr(module, settings["function"])(globals()["env"], **arguments)
globals()["env"].cr.commit()
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
