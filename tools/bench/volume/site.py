"""A CRM with all addons, connected to a fresh copy of one ERP; both are worked with from processes of their own."""

import json

from bench.volume.seeds_tryton import Seeds
from harness import crm, erps, odoo, paths, templates
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
        self.connections = []
        self.erp = erps.new(kind, ERP_NAME)
        try:
            self.provide()
        except BaseException:
            self.close()
            raise

    def provide(self) -> None:
        """The CRM, connected."""
        templates.drop(self.name)
        crm.provide(self.name, ADDONS)
        self.database = self.look_into(self.name)
        # Nothing but what is measured runs.
        self.database.rows("update ir_cron set active = false")
        self.erp_database = self.look_into(self.erp["database"])
        with step(f"{self.name}: company, units, connector"):
            values = values_of(self.kind, self.erp)
            self.inside("fill", "connect", kind=self.kind, values=values)

    def look_into(self, name: str) -> Database:
        """One of both databases."""
        self.connections.append(Database(name))
        return self.connections[-1]

    def close(self, keep: bool = False) -> None:
        """The copies are not worth keeping."""
        for database in self.connections:
            database.close()
        if not keep:
            templates.drop(self.name)
            erps.drop(ERP_NAME)

    def inside(self, module: str, function: str, **arguments):
        """Call a function in an Odoo process of the CRM's own."""
        return run_inside(self.name, module, function, arguments)

    def age(self, *tables: str) -> None:
        """What was made just now is an hour old: what changed in the last minutes before a run is read twice, as it may
        not have been visible then, and a bench makes everything in the last minutes."""
        for table in tables:
            self.erp_database.rows(
                f"update {table} set create_date = create_date - interval '1 hour',"
                " write_date = write_date - interval '1 hour'"
            )

    def in_erp(self, function: str, **arguments):
        """Call a function of the ERP's seeds, which work with its own models."""
        if self.kind == "tryton":
            return getattr(Seeds(self.erp, self.erp_database), function)(**arguments)
        return run_inside(self.erp["database"], "seeds_odoo", function, arguments)


def run_inside(database: str, module: str, function: str, arguments: dict):
    """In `odoo shell`. The arguments go by a file: those of thousands of orders are more than an environment takes."""
    file = paths.RUN / f"arguments-{database}.json"
    file.write_text(json.dumps(arguments))
    settings = {"module": module, "function": function, "arguments": str(file)}
    try:
        return odoo.shell_script(database, SHELL, settings)
    finally:
        file.unlink()
