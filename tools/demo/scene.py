"""Everything the demo plays with: ERPs, CRM, people, connectors, mappings. Made once, used again."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from demo import deals
from demo.deals import DEALS, MAPPED_BY_HAND, NEW_CUSTOMERS, TEAMS, catalogue
from harness import commands, paths, processes
from harness.progress import step
from stage import connectors, crm, people
from stage.json2 import Json2

DATABASE = "crm_demo"
ERP_NAME = "demo"
# With the Dutch chart of accounts, for its taxes.
ADDONS = (paths.ROOT_ADDON, "l10n_nl")
ERPS_FILE = paths.RUN / f"{DATABASE}-erps.json"


@dataclass
class Scene:
    """What is running, and who acts in it."""

    erps: dict
    record: dict
    seller: Json2
    steward: Json2
    admin: Json2
    connectors: dict


def provide(port: int | None = None) -> Scene:
    """All servers up, the CRM connected to both ERPs."""
    erps = crm.provide_erps(ERP_NAME)
    provide_database(erps)
    record = crm.serve(DATABASE, port=port)
    admin, steward = (
        people.as_user(record, login) for login in (people.ADMIN, people.STEWARD)
    )
    found = {}
    for kind, erp in erps.items():
        found[kind] = connect(admin, steward, kind, erp)
    # Written last: a scene broken off halfway is made again.
    commands.write_whole(ERPS_FILE, json.dumps(get_marks(erps)))
    return Scene(
        erps, record, people.as_user(record, people.SALESPERSON), steward, admin, found
    )


def provide_database(erps: dict) -> None:
    """A CRM that was connected to earlier ERPs is made anew: what it knows of them is no longer true. Likewise one that
    was filled before the demo's deals, products or customers changed."""
    known = json.loads(ERPS_FILE.read_text()) if ERPS_FILE.is_file() else None
    customers = [
        *json.loads((paths.FIXTURES / "customers.json").read_text()),
        *NEW_CUSTOMERS,
    ]
    # The Tryton ERP is set up with Dutch VAT alone: who buys from it collects the goods, and pays that.
    collecting = {deal.customer for deal in DEALS["tryton"]}
    fill = {
        "catalogue": catalogue(
            json.loads((paths.FIXTURES / "catalogue.json").read_text())
        ),
        "customers": [
            item | {"pays_dutch_vat": item["name"] in collecting} for item in customers
        ],
        "teams": TEAMS.values(),
    }

    def setup(database: str) -> None:
        with step(f"{database}: products, customers, people"):
            people.create(database, **fill)

    crm.provide(DATABASE, ADDONS, setup, fresh=known != get_marks(erps))


def get_marks(erps: dict) -> dict:
    """What the CRM's contents depend on."""
    contents = commands.digest(
        Path(deals.__file__),
        paths.FIXTURES / "catalogue.json",
        paths.FIXTURES / "customers.json",
    )
    return crm.erp_marks(erps) | {"contents": contents}


def connect(admin: Json2, steward: Json2, kind: str, erp: dict) -> int:
    """Connector, mappings, and which deals go to this ERP: those of its team."""
    connector = connectors.provide(admin, kind, erp)
    domain = [("connector_id", "=", connector), ("state", "=", "mapped")]
    if not admin.call("integration.product.mapping", "search_count", domain=domain):
        with step("reading the ERP's products and values, confirming what is proposed"):
            connectors.map_values(steward, admin, connector)
    for code, remote_code, factor in MAPPED_BY_HAND:
        connectors.map_product(steward, connector, code, remote_code, factor)
    keep_codes(admin, connector)
    team = admin.call("crm.team", "search", domain=[("name", "=", TEAMS[kind])])[0]
    # what is forecast goes where the order would go
    for code in ("sale_order_push", "forecast_push"):
        flow = connectors.flow(admin, connector, code)
        wanted = repr([("team_id", "=", team)])
        known = admin.read_one("integration.flow", flow, "filter_domain")
        if known["filter_domain"] != wanted:
            vals = {"filter_domain": wanted}
            admin.call("integration.flow", "write", [flow], vals=vals)
    return connector


def keep_codes(admin: Json2, connector: int) -> None:
    """Sales knows two products by codes of its own, and the catalogue leaves them: the next run sells them again."""
    flow = connectors.flow(admin, connector, "catalog_pull")
    known = admin.read_one("integration.flow", flow, "catalog_kept_field_ids")
    domain = [("model", "=", "product.product"), ("name", "=", "default_code")]
    [field] = admin.call("ir.model.fields", "search", domain=domain)
    if field not in known["catalog_kept_field_ids"]:
        vals = {"catalog_kept_field_ids": [[4, field]]}
        admin.call("integration.flow", "write", [flow], vals=vals)


def tolerance(stage: Scene, kind: str) -> Decimal:
    """By how much totals may differ, as set on the flow."""
    flow = connectors.flow(stage.admin, stage.connectors[kind], "sale_order_push")
    return Decimal(
        str(
            stage.admin.read_one("integration.flow", flow, "amount_tolerance")[
                "amount_tolerance"
            ]
        )
    )


def names() -> list[str]:
    """The processes of the demo, the CRM first."""
    return [DATABASE, *(f"erp_{kind}_{ERP_NAME}" for kind in TEAMS)]


def running() -> list[str]:
    """Those that are up."""
    return [name for name in names() if processes.read_record(name)]
