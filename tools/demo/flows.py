"""The other flows, one of each: something happens on one side, and what the other side shows is held against it."""

import datetime
from dataclasses import dataclass

from demo.around_won import AroundWon
from demo.deals import DEALS, TEAMS
from demo.erp_view import money
from demo.scene import Scene
from demo.there import PRODUCT, THERE
from harness.progress import step
from stage import connectors

SAID = "Could be quieter, the neighbours hear it."
PHONES = {"odoo": "+31 10 700 10 01", "tryton": "+31 10 700 10 02"}


@dataclass
class Row:
    """What happened, what is here and what is there."""

    flow: str
    kind: str
    what: str
    here: object
    there: object

    @property
    def is_right(self) -> bool:
        """Both sides say the same, and say something."""
        return self.here == self.there and self.here is not None and self.here != ""


class Flows(AroundWon):
    """Plays them with one ERP."""

    def __init__(self, stage: Scene, kind: str):
        self.stage, self.kind = stage, kind
        self.there = THERE[kind](stage.erps[kind])
        self.connector = stage.connectors[kind]
        # somebody who has something to pay
        [self.customer] = {
            deal.customer for deal in DEALS[kind] if "partly paid" in deal.story
        }

    def play(self) -> list[Row]:
        """All of them, one after the other."""
        rows = []
        self.there.prepare()
        for title, act in (
            ("customers", self.change_customer),
            ("customers changed there", self.correct_customer),
            ("catalogue", self.read_catalogue),
            ("stock", self.read_stock),
            ("check before Won", self.ask_for_too_much),
            ("changes of won deals", self.lose_after_won),
            ("prices", self.read_prices),
            ("account figures", self.read_account),
            ("forecast", self.send_forecast),
            ("complaints", self.complain),
            ("feedback", self.send_feedback),
        ):
            with step(f"{self.kind.capitalize()}: {title}"):
                rows.append(Row(title, self.kind, *act()))
        return rows

    # -- each returns what happened, what is here, what is there ----------------------

    def change_customer(self):
        """The salesperson notes another telephone number."""
        partner = self.find_customer()
        self.stage.seller.call(
            "res.partner", "write", [partner], vals={"phone": PHONES[self.kind]}
        )
        self.wait("customer_push", "customers")
        here = self.stage.seller.read_one("res.partner", partner, "phone")["phone"]
        there = self.there.phone(self.find_remote_id("res.partner", partner))
        return f"{self.customer}: new telephone", digits(here), digits(there)

    def correct_customer(self):
        """The clerk corrects the legal address, which the ERP owns."""
        partner = self.find_customer()
        # another one each time the demo is played
        street = f"Havenkade {datetime.datetime.now():%-H%M%S}"
        party = self.find_remote_id("res.partner", partner)
        self.there.move(party, street)
        self.run("customer_pull")
        here = self.stage.seller.read_one("res.partner", partner, "street")["street"]
        return f"{self.customer}: corrected street", here, self.there.street(party)

    def read_catalogue(self):
        """What the ERP sells is known and mapped here."""
        self.map_unit()
        self.run("catalog_pull")
        domain = [("connector_id", "=", self.connector), ("state", "=", "linked")]
        here = self.stage.steward.call(
            "integration.catalog.item", "search_count", domain=domain
        )
        there = self.there.on_sale()
        return "products on sale, all linked", here, there

    def read_stock(self):
        """What can be promised."""
        self.run("stock_pull")
        domain = [
            ("connector_id", "=", self.connector),
            ("product_id.default_code", "=", PRODUCT),
        ]
        levels = self.stage.steward.find("integration.stock.level", domain, "available")
        here = money(sum(level["available"] for level in levels))
        return f"{PRODUCT} available", here, money(self.there.available())

    def read_prices(self):
        """The ERP's price lists, with what they charge for a product."""
        self.run("price_pull")
        domain = [("integration_connector_id", "=", self.connector)]
        lists = self.stage.steward.find(
            "product.pricelist", domain, "integration_remote_id", limit=1
        )
        if not lists:
            return f"{PRODUCT} on a list", None, None
        product = self.stage.steward.call(
            "product.product", "search", domain=[("default_code", "=", PRODUCT)]
        )
        [values] = self.stage.steward.call(
            "product.product",
            "read",
            product,
            fields=["lst_price"],
            context={"pricelist": lists[0]["id"]},
        )
        items = self.stage.steward.find(
            "product.pricelist.item",
            [
                ("pricelist_id", "=", lists[0]["id"]),
                ("product_id", "in", product),
                ("min_quantity", "<=", 1),
            ],
            "fixed_price",
        )
        here = items[0]["fixed_price"] if items else values["lst_price"]
        there = self.there.price(int(lists[0]["integration_remote_id"]))
        return f"{PRODUCT} on the ERP's list", money(here), money(there)

    def read_account(self):
        """What the customer owes."""
        self.run("account_figures_pull")
        partner = self.find_customer()
        domain = [
            ("connector_id", "=", self.connector),
            ("partner_id", "=", partner),
        ]
        figures = self.stage.steward.find(
            "integration.account.figure", domain, "receivable"
        )
        here = money(figures[0]["receivable"]) if figures else None
        there = self.there.receivable(self.find_remote_id("res.partner", partner))
        return f"{self.customer}: owes", here, money(there)

    def send_forecast(self):
        """An open deal that may be won next month."""
        month = (datetime.date.today().replace(day=1) + datetime.timedelta(32)).replace(
            day=1
        )
        self.stage.seller.call(
            "crm.lead",
            "create",
            vals_list=[
                {
                    "name": f"Spare pumps ({self.kind})",
                    "type": "opportunity",
                    "partner_id": self.find_customer(),
                    "team_id": self.find_team(),
                    "probability": 50,
                    "date_deadline": f"{month:%Y-%m}-20",
                    "lead_line_ids": [
                        [0, 0, {"product_id": self.find_product(), "quantity": 8}]
                    ],
                }
            ],
        )
        self.run("forecast_push")
        rows = self.stage.steward.find(
            "integration.forecast",
            [
                ("connector_id", "=", self.connector),
                ("product_id", "=", self.find_product()),
                ("month", "=", str(month)),
            ],
            "quantity",
        )
        here = sum(row["quantity"] for row in rows)
        there = self.there.forecast(month, self.get_prefix())
        return f"{PRODUCT} expected in {month:%B}", money(here), money(there)

    def complain(self):
        """The customer has called; the salesperson writes it down and sends it."""
        [complaint] = self.stage.seller.call(
            "integration.complaint",
            "create",
            vals_list=[
                {
                    "subject": "A pump drips",
                    "description": "It drips at the flange.",
                    "partner_id": self.find_customer(),
                    "product_id": self.find_product(),
                    "erp_choice": str(self.connector),
                }
            ],
        )
        self.stage.seller.call("integration.complaint", "action_send", [complaint])
        self.wait("complaint_push", "complaints")
        row = self.stage.seller.read_one(
            "integration.complaint", complaint, "remote_id", "remote_number", "state"
        )
        here = f"{row['remote_number']} {row['state']}"
        there = self.there.complaint(int(row["remote_id"])) if row["remote_id"] else ""
        return f"{self.customer}: complaint", here, there

    def send_feedback(self):
        """What a customer said of a product."""
        product = self.find_product()
        self.stage.seller.call(
            "integration.feedback",
            "create",
            vals_list=[{"product_id": product, "text": SAID}],
        )
        self.run("feedback_push")
        company = self.stage.admin.read_one(
            "integration.connector", self.connector, "company_id"
        )["company_id"][0]
        text = self.there.feedback(f"{self.get_prefix()}FB{company}-{product}")
        return f"{PRODUCT}: what was said", SAID, SAID if SAID in text else text

    # -- here -------------------------------------------------------------------------

    def run(self, code: str) -> None:
        """Resume the flow where it is paused, and run it now."""
        number = connectors.flow(self.stage.admin, self.connector, code)
        flow = self.stage.admin.read_one("integration.flow", number, "state")
        if flow["state"] == "paused":
            self.stage.admin.call("integration.flow", "action_resume", [number])
        connectors.run_flow(self.stage.admin, self.connector, code)

    def get_prefix(self) -> str:
        """What the keys of this CRM begin with: an ERP may have known others."""
        uuid = self.stage.admin.call(
            "ir.config_parameter", "get_param", key="database.uuid"
        )
        return f"CRM-{uuid[:8]}-"

    def map_unit(self) -> None:
        """Tryton's *Unit* is *Units* here: no name tells that, so somebody says it once."""
        lines = self.stage.steward.find(
            "integration.remote.value",
            [
                ("connector_id", "=", self.connector),
                ("kind", "=", "unit"),
                ("name", "=", "Unit"),
            ],
            "remote_id",
        )
        if not lines:
            return
        [unit] = self.stage.steward.call(
            "uom.uom", "search", domain=[("name", "=", "Units")], limit=1
        )
        known = self.stage.steward.find(
            "integration.value.mapping",
            [
                ("connector_id", "=", self.connector),
                ("kind", "=", "unit"),
                ("res_id", "=", unit),
            ],
            "remote_id",
        )
        values = {"remote_id": lines[0]["remote_id"]}
        if known:
            self.stage.steward.call(
                "integration.value.mapping", "write", [known[0]["id"]], vals=values
            )
        else:
            values |= {"connector_id": self.connector, "kind": "unit", "res_id": unit}
            self.stage.steward.call(
                "integration.value.mapping", "create", vals_list=[values]
            )

    def find_product(self) -> int:
        """The one whose figures are compared."""
        domain = [("default_code", "=", PRODUCT)]
        return self.stage.seller.call("product.product", "search", domain=domain)[0]

    def find_team(self) -> int:
        """Whose deals go to this ERP."""
        domain = [("name", "=", TEAMS[self.kind])]
        return self.stage.seller.call("crm.team", "search", domain=domain)[0]

    def find_customer(self) -> int:
        """The company the first deal was won with."""
        domain = [("name", "=", self.customer), ("is_company", "=", True)]
        return self.stage.seller.call("res.partner", "search", domain=domain)[0]

    def find_remote_id(self, model: str, record: int) -> int:
        """Which one it is there."""
        domain = [
            ("connector_id", "=", self.connector),
            ("res_model", "=", model),
            ("res_id", "=", record),
            ("kind", "=", "party"),
        ]
        [link] = self.stage.steward.find(
            "integration.external.id", domain, "remote_id", limit=1
        )
        return int(link["remote_id"])


def digits(text: str | bool) -> str:
    """A telephone number without what people write between."""
    return "".join(sign for sign in text or "" if sign.isdigit())


def show(rows: list[Row]) -> None:
    """Columns as wide as they need."""
    cells = [("flow", "ERP", "what", "here", "there", "")]
    cells += [
        (
            row.flow,
            row.kind.capitalize(),
            row.what,
            str(row.here),
            str(row.there),
            "" if row.is_right else "WRONG",
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    for line in cells:
        print(
            "  ".join(
                cell.ljust(width) for cell, width in zip(line, widths, strict=True)
            ).rstrip()
        )
