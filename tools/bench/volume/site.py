"""A CRM with all addons, connected to a fresh copy of one ERP; both are worked with from processes of their own."""

import json

from bench.volume import seeds
from harness import commands, crm, erp_tryton, erps, odoo, paths, templates
from harness.progress import step
from stage.connectors import values_of
from stage.database import Database

ERP_NAME = "volume"
ADDONS = (paths.ROOT_ADDON, "l10n_nl")
SHELL = paths.TOOLS / "bench/volume/shell.py"


class VolumeSite:
    """One ERP beside one CRM database, and how far the measurement has come in them."""

    def __init__(self, kind: str):
        self.kind = kind
        self.name = f"volume_bench_{kind}"
        self.erp = erps.new(kind, ERP_NAME)
        templates.drop(self.name)
        crm.provide(self.name, ADDONS)
        self.database = Database(self.name)
        # Nothing but what is measured runs.
        self.database.rows("update ir_cron set active = false")
        self.erp_database = Database(self.erp["database"])
        with step(f"{self.name}: company, units, connector"):
            self.inside("fill", "connect", kind=kind, values=values_of(kind, self.erp))

    def close(self, keep: bool = False) -> None:
        """The copies are not worth keeping."""
        self.database.close()
        self.erp_database.close()
        if not keep:
            templates.drop(self.name)
            erps.drop(ERP_NAME)

    def inside(self, module: str, function: str, **arguments):
        """Call a function in an Odoo process of the CRM's own."""
        return odoo.shell_script(
            self.name,
            SHELL,
            {"module": module, "function": function, "arguments": arguments},
        )

    def in_erp(self, function: str, **arguments):
        """Call a function of the ERP's seeds, in its own database, with its own models."""
        settings = {"function": function, "arguments": arguments}
        if self.kind == "odoo":
            return odoo.shell_script(
                self.erp["database"], SHELL, {"module": "seeds_odoo", **settings}
            )
        answer = paths.RUN / f"answer-{self.erp['database']}.json"
        answer.unlink(missing_ok=True)
        config = erp_tryton.write_config(f"{self.name}-seeds")
        environment = erp_tryton.environment() | {
            "HARNESS_SETTINGS": json.dumps(
                {
                    "config": str(config),
                    "database": self.erp["database"],
                    **settings,
                }
            ),
            "HARNESS_ANSWER": str(answer),
            "PYTHONPATH": str(paths.TOOLS),
        }
        commands.run(
            [paths.TRYTON_VENV / "bin/python", seeds.TRYTON_SCRIPT],
            f"Filling {self.erp['database']}",
            log=f"setup-{self.erp['database']}.log",
            env=environment,
        )
        return json.loads(answer.read_text())
