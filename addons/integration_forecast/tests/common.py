"""An ERP in memory that plans, for logic and faults; real ERPs are in the suite's own
tests."""

from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.integration_hub.client import ValidationError
from odoo.addons.integration_sale.tests.common import OWN_FLOWS, SaleCase
from odoo.addons.integration_sale.tests.fake_erp import FakeClient


class FakePlanner:
    """What is planned, and what was asked."""

    def __init__(self):
        self.documents = {}  # key -> {"remote_id", "rows": {product id: (unit, text)}}
        self.written = []  # (month, product id, quantity), in their order
        self.unplanned = set()  # product ids
        self.gone = set()  # product ids that are not there any more
        self.refused = {}  # month -> message
        self.faults = []  # raised one after the other, before anything is written
        self.lost = []  # ... after everything was
        self.last_id = 0

    def get(self, month, product_id):
        """Quantity as text, or None."""
        for key, document in self.documents.items():
            if f"-{month:%Y-%m}" in key and product_id in document["rows"]:
                return document["rows"][product_id][1]
        return None


class FakeForecastClient(FakeClient):
    planner = None

    def forecast_place(self):
        return {"place": "Into the books.", "missing": ""}

    def forecast_read(self, periods):
        return [
            self._get_document(self.planner.documents.get(period["key"]))
            for period in periods
        ]

    def _get_document(self, document):
        return document and {
            "remote_id": document["remote_id"],
            "number": f"F{document['remote_id']}",
            "url": "http://erp.example/" + document["remote_id"],
            "is_open": True,
            "rows": [
                {
                    "product_id": product,
                    "unit_id": unit,
                    "quantity": quantity,
                    "step": "0.01",
                }
                for product, (unit, quantity) in document["rows"].items()
            ],
        }

    def forecast_write(self, plans):
        if self.planner.faults:
            raise self.planner.faults.pop(0)
        answers = [self._write(plan) for plan in plans]
        if self.planner.lost:
            raise self.planner.lost.pop(0)
        return answers

    def _write(self, plan):
        planner = self.planner
        if message := planner.refused.get(plan["month"]):
            return ValidationError(message)
        document = planner.documents.get(plan["key"])
        assert bool(document) == bool(plan["document"]), "made twice"
        if not document:
            planner.last_id += 1
            document = {"remote_id": str(planner.last_id), "rows": {}}
            planner.documents[plan["key"]] = document
        rows = []
        for row in plan["rows"]:
            product_id = row["product_id"]
            if product_id in planner.gone:
                error = f"No product {product_id}."
                rows.append({"quantity": "0", "reason": "", "error": error})
                continue
            if product_id in planner.unplanned:
                rows.append({"quantity": "0", "reason": "No stock of it."})
                continue
            document["rows"][product_id] = (row["unit_id"], row["quantity"])
            planner.written.append((plan["month"], product_id, row["quantity"]))
            rows.append({"quantity": row["quantity"], "reason": ""})
        return {
            "remote_id": document["remote_id"],
            "number": f"F{document['remote_id']}",
            "url": "http://erp.example/" + document["remote_id"],
            "rows": rows,
        }


class ForecastCase(SaleCase):
    client_class = FakeForecastClient
    own_flows = (*OWN_FLOWS, "forecast_push")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # no deals but those of the test
        cls.env["crm.lead"].search([]).active = False
        cls.forecast_flow = cls.connector._get_flow("forecast_push")
        cls.forecast_flow.action_resume()
        cls.forecasts = cls.env["integration.forecast"]
        cls.this_month = fields.Date.today().replace(day=1)
        cls.next_month = cls.this_month + relativedelta(months=1)
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.dozen.active = True

    def setUp(self):
        super().setUp()
        self.planner = FakePlanner()
        self.startPatcher(patch.object(FakeForecastClient, "planner", self.planner))

    def make_deal(self, lines=(), probability=50, day=None, **values):
        """:param lines: of ``(product, quantity)``"""
        return self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "user_id": self.salesperson.id,
                "team_id": self.team.id,
                "company_id": self.company.id,
                "probability": probability,
                "date_deadline": day or self.next_month + relativedelta(day=15),
                "lead_line_ids": [
                    Command.create({"product_id": product.id, "quantity": quantity})
                    for product, quantity in lines
                ],
                **values,
            }
        )

    def make_quotation(self, deal, lines, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "opportunity_id": deal.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for product, quantity in lines
                ],
                **values,
            }
        )

    def send(self, trigger="manual"):
        job = self.forecast_flow._enqueue_pull(trigger)
        self.run_lane()
        return job

    def get_rows(self, product=None):
        domain = [("connector_id", "=", self.connector.id)]
        if product:
            domain.append(("product_id", "=", product.id))
        return self.forecasts.search(domain)

    def get_figures(self, product):
        """:return: dict ``{month: quantity}``"""
        self.forecasts._refresh(self.forecast_flow)
        return {row.month: row.quantity for row in self.get_rows(product)}
