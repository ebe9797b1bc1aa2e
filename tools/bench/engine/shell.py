"""Run inside `odoo shell`, where `env` is there: calls a function of `bench.engine.inside`.

Reads HARNESS_SETTINGS (JSON: function, arguments) and writes its answer to HARNESS_ANSWER.
"""

import json
import os

from bench.engine import inside

settings = json.loads(os.environ["HARNESS_SETTINGS"])
function = getattr(inside, settings["function"])
answer = function(globals()["env"], **settings["arguments"])
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
