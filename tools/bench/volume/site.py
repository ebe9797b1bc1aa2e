"""A CRM with all addons, connected to a fresh copy of one ERP; both are worked with from processes of their own."""

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
            return getattr(Seeds(self.erp), function)(**arguments)
        return odoo.shell_script(
            self.erp["database"],
            SHELL,
            {"module": "seeds_odoo", "function": function, "arguments": arguments},
        )
