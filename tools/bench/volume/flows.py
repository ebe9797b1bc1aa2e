"""What is played of each flow: what fills both sides, what starts it, and what should stand there afterwards.

A play yields one :class:`Run` after the other; between two of them, it changes something.
"""

from dataclasses import dataclass, field

from bench.volume.counts import CRM, ERP
from bench.volume.seeds import CHANGED, INVOICED, QUANTITY, STOCK
from bench.volume.site import VolumeSite


@dataclass
class Run:
    """One run of a flow, already measured."""

    flow: str
    title: str
    records: int
    found: dict
    counted: dict = field(default_factory=dict)


class Play:
    """A site with so many records, and how it is checked."""

    def __init__(self, site: VolumeSite, count: int):
        self.site = site
        self.count = count
        self.changed = min(CHANGED, count // 2)
        self.played = set()

    # What several flows need

    def need(self, name: str) -> None:
        """Play another flow first, once, where this one builds on it."""
        if name not in self.played:
            for _run in getattr(self, name)():
                pass

    def run(self, flow: str, title: str, records: int, starter: str = "run_now") -> Run:
        """Have a lane do it."""
        self.played.add(flow)
        found = self.site.inside("work", "run", code=CODES[flow], starter=starter)
        return Run(flow, title, records, found)

    def check(self, run: Run, **expected: int) -> Run:
        """Count; a name is that of a query, with underscores."""
        for name, number in expected.items():
            query = CRM.get(name.replace("_", " "))
            database = self.site.database
            if not query:
                query = ERP[self.site.kind][name.replace("_", " ")]
                database = self.site.erp_database
            # `value` takes a single % as the beginning of a parameter
            query = query.replace("STOCK", str(STOCK)).replace("%", "%%")
            run.counted[name.replace("_", " ")] = counted = database.value(query)
            if counted != number:
                raise RuntimeError(
                    f"{run.flow}, {run.title}: {counted} {name.replace('_', ' ')}"
                    f" instead of {number}"
                )
        return run

    # The flows

    def catalogue(self):
        """Products come in."""
        self.site.in_erp("products", count=self.count)
        self.site.age("product_product", "product_template")
        run = self.run("catalogue", "all", self.count)
        yield self.check(run, products=self.count)
        self.site.in_erp("change_products", count=self.changed)
        run = self.run("catalogue", "changed", self.changed)
        yield self.check(run, products=self.count, renewed_products=self.changed)

    def reference(self):
        """What mappings are chosen from: all products of the ERP, each time."""
        self.need("catalogue")
        run = self.run("reference", "all", self.count)
        yield self.check(run, products_to_choose=self.count)
        run = self.run("reference", "again", self.count)
        yield self.check(run, products_to_choose=self.count)

    def customers(self):
        """Companies with an address each go out."""
        self.site.inside("fill", "customers", count=self.count)
        run = self.run("customers", "all", self.count)
        yield self.check(
            run,
            customers=self.count,
            addresses=self.count,
            customers_twice=0,
            links=self.count,
        )
        self.site.inside("fill", "change_customers", count=self.changed)
        run = self.run("customers", "changed", self.changed)
        yield self.check(run, moved=self.changed, customers=self.count)
        # the second load finds nothing to do, but has to look at all of them
        run = self.run("customers", "dry run of a load", self.count, "check_load")
        yield self.check(run, customers=self.count, links=self.count)

    def customer_news(self):
        """Addresses corrected there come back; the first run looks at all customers that are linked."""
        self.need("customers")
        tables = TABLES_OF_CUSTOMERS[self.site.kind]
        self.site.in_erp("move_customers", count=self.count, street="Dijkweg")
        self.site.age(*tables)
        run = self.run("customer news", "all", self.count)
        yield self.check(run, moved_here=self.count, links=self.count)
        self.site.in_erp("move_customers", count=self.changed, street="Kadeweg")
        run = self.run("customer news", "changed", self.changed)
        yield self.check(
            run,
            moved_here=self.count - self.changed,
            moved_again_here=self.changed,
            links=self.count,
        )

    def stock(self):
        """Levels come in; each run reads all, as a level bears no date."""
        self.need("catalogue")
        self.site.in_erp("stock", count=self.count)
        run = self.run("stock", "all", self.count)
        yield self.check(run, levels=self.count)
        self.site.in_erp("change_stock", count=self.changed)
        run = self.run("stock", "again", self.count)
        yield self.check(run, levels=self.count, changed_levels=self.changed)

    def prices(self):
        """A list with a price for each product; each run reads all, writes what changed."""
        self.need("catalogue")
        self.site.in_erp("prices", count=self.count)
        run = self.run("prices", "all", self.count)
        yield self.check(run, prices=self.count)
        self.site.in_erp("change_prices", count=self.changed)
        run = self.run("prices", "again", self.count)
        yield self.check(run, prices=self.count, dearer_prices=self.changed)

    def accounts(self):
        """Each linked customer; one in ten owes something."""
        self.need("catalogue")
        self.need("customers")
        if "orders" in self.played:
            raise RuntimeError("accounts first: everybody owes the money of the orders")
        owing = self.count // INVOICED
        self.site.in_erp("invoices", count=owing)
        run = self.run("accounts", "all", self.count)
        yield self.check(
            run, figures_of_accounts=self.count, accounts_with_receivables=owing
        )
        self.site.in_erp("invoices", count=self.changed, first=owing)
        run = self.run("accounts", "again", self.count)
        yield self.check(
            run,
            figures_of_accounts=self.count,
            accounts_with_receivables=owing + self.changed,
        )

    def orders(self):
        """Orders confirmed and invoiced in the ERP, their deliveries and invoices unknown here."""
        self.need("catalogue")
        self.need("customers")
        keys = self.site.inside("fill", "won_leads", count=self.count)
        made = self.site.in_erp("orders", keys=keys)
        self.site.age(*TABLES_OF_ORDERS[self.site.kind])
        self.site.inside("fill", "erp_orders", orders=made)
        run = self.run("orders", "all", self.count)
        yield self.check(
            run,
            orders_with_a_delivery=self.count,
            orders_with_an_invoice=self.count,
            orders_shipped=0,
        )
        self.site.in_erp("ship", count=self.changed)
        run = self.run("orders", "changed", self.changed)
        yield self.check(run, orders_shipped=self.changed)

    def changes(self):
        """Won deals are changed whose orders nobody has confirmed in the ERP yet."""
        self.need("catalogue")
        self.need("customers")
        keys = self.site.inside(
            "fill", "won_leads", count=self.count, first=2 * self.count
        )
        made = self.site.in_erp(
            "orders", keys=keys, quantity=QUANTITY, is_confirmed=False
        )
        self.site.inside("fill", "sent_orders", orders=made)
        for title, count, quantity in (
            ("all", self.count, QUANTITY + 1),
            ("changed", self.changed, QUANTITY + 2),
        ):
            self.site.inside("fill", "change_deals", count=count, quantity=quantity)
            run = self.run("changes", title, count)
            yield self.check(
                run,
                draft_orders=self.count,
                pieces_ordered=(QUANTITY + 1) * self.count
                + (self.changed if title == "changed" else 0),
            )

    def forecast(self):
        """A figure for each product."""
        self.need("catalogue")
        self.need("customers")
        self.site.inside("fill", "forecast", count=self.count)
        run = self.run("forecast", "all", self.count)
        half = QUANTITY // 2
        yield self.check(run, figures=self.count, planned=half * self.count)
        self.site.inside("fill", "change_forecast", count=self.changed)
        run = self.run("forecast", "changed", self.changed)
        yield self.check(
            run, figures=self.count, planned=half * (self.count + self.changed)
        )

    def complaints(self):
        """Of each customer, out; then what became of them, in."""
        self.need("catalogue")
        self.need("customers")
        self.site.inside("fill", "complaints", count=self.count)
        run = self.run("complaints", "all", self.count)
        yield self.check(run, complaints=self.count, all_complaints=self.count)
        self.site.inside("fill", "change_complaints", count=self.changed)
        run = self.run("complaints", "changed", self.changed)
        yield self.check(
            run, changed_complaints=self.changed, all_complaints=self.count
        )
        self.site.age(*TABLES_OF_COMPLAINTS[self.site.kind])
        run = self.run("complaint states", "all", self.count)
        yield self.check(run, complaints_known=self.count, complaints_accepted=0)
        self.site.in_erp("repair", count=self.changed)
        run = self.run("complaint states", "changed", self.changed)
        yield self.check(run, complaints_accepted=self.changed)

    def feedback(self):
        """A summary for each product."""
        self.need("catalogue")
        self.need("customers")
        self.site.inside("fill", "feedback", count=self.count)
        run = self.run("feedback", "all", self.count)
        yield self.check(run, summaries=self.count, all_summaries=self.count)
        self.site.inside(
            "fill", "feedback", count=self.changed, text="And a lid that shuts."
        )
        run = self.run("feedback", "changed", self.changed)
        yield self.check(run, summaries=self.count, all_summaries=self.count)


TABLES_OF_ORDERS = {
    "odoo": ("sale_order", "stock_picking", "account_move"),
    "tryton": (
        "sale_sale",
        "sale_line",
        "stock_shipment_out",
        "stock_move",
        "account_invoice",
    ),
}
TABLES_OF_CUSTOMERS = {
    "odoo": ("res_partner",),
    "tryton": (
        "party_party",
        "party_address",
        "party_identifier",
        "party_contact_mechanism",
    ),
}
TABLES_OF_COMPLAINTS = {
    "odoo": ("repair_order",),
    "tryton": ("sale_complaint", "sale_complaint_action"),
}
CODES = {
    "catalogue": "catalog_pull",
    "reference": "reference_pull",
    "customers": "customer_push",
    "customer news": "customer_pull",
    "stock": "stock_pull",
    "prices": "price_pull",
    "accounts": "account_figures_pull",
    "orders": "sale_status_pull",
    "changes": "sale_change_push",
    "forecast": "forecast_push",
    "complaints": "complaint_push",
    "complaint states": "complaint_pull",
    "feedback": "feedback_push",
}
FLOWS = (
    "catalogue",
    "reference",
    "customers",
    "customer_news",
    "stock",
    "prices",
    "accounts",
    "orders",
    "changes",
    "forecast",
    "complaints",
    "feedback",
)
