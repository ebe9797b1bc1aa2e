"""Deals of this CRM in a real ERP, over HTTP. What people do over there is done by a clerk
who knows nothing of the suite."""

import json
import os
import sys
import uuid
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.integration_hub.client import ConnectionSettings
from odoo.addons.integration_hub.models import integration_lane
from odoo.addons.integration_hub.tests.connector_case import LaneMixin
from odoo.addons.integration_odoo.client import OdooClient

CREDENTIALS = {
    "odoo": {"odoo_database": "database", "login": "login", "api_key": "api_key"},
    "tryton": {
        "tryton_database": "database",
        "login": "login",
        "password": "password",
    },
}
TOOLS = Path(__file__).resolve().parents[1] / "tools"


def read_erps():
    """What ``INTEGRATION_TEST_ERPS`` names: a JSON file, or the JSON itself."""
    text = os.environ.get("INTEGRATION_TEST_ERPS", "")
    if text and not text.lstrip().startswith("{"):
        text = Path(text).read_text()
    return json.loads(text) if text else {}


def get_clerk(kind, settings):
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    from erp_actions import clerk

    return clerk(kind, settings)


def get_odoo_keeper(settings):
    """The administrator of the Odoo ERP: ``call(model, method, ids, **arguments)``."""
    admin = settings["admin"]
    if settings.get("protocol") == "jsonrpc":
        # an older one, whose clerk knows the names there
        return get_clerk("odoo", {**settings, "clerk": admin})
    return OdooClient(
        ConnectionSettings(
            url=settings["url"],
            credentials={"password": admin["password"]},
            options={
                "database": settings["database"],
                "login": admin["login"],
                "protocol": "jsonrpc",
            },
        )
    )


class ErpCase(LaneMixin, TransactionCase):
    """A company in euros, its products mapped to those of the ERP of ``kind``."""

    kind = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        erps = read_erps()
        if cls.kind not in erps:
            raise SkipTest(f"INTEGRATION_TEST_ERPS names no {cls.kind} ERP")
        cls.erp = erps[cls.kind]
        # an Odoo before 19, see tools/harness/older_erp.py
        cls.is_older = cls.erp.get("protocol") == "jsonrpc"
        # which rounds each line before it adds them up: a total may be a cent off
        cls.rounding = 0.011 if cls.is_older else 0.005
        cls.clerk = get_clerk(cls.kind, cls.erp)
        # our own prefix of keys: the ERPs have seen other test databases
        cls.env["ir.config_parameter"].set_param("database.uuid", str(uuid.uuid4()))
        cls.mark = uuid.uuid4().hex[:8]
        cls.prefix = cls.env["integration.connector"]._get_remote_key_prefix()
        cls.make_company()
        cls.make_people()
        cls.won_stage = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        cls.make_products()
        cls.connect()

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's guard compares the time-out with a number, ours is a pair
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    # -- the CRM ----------------------------------------------------------------------

    @classmethod
    def make_company(cls):
        euro = cls.env.ref("base.EUR")
        dollar = cls.env.ref("base.USD")
        (euro | dollar).active = True
        cls.company = cls.env["res.company"].create(
            {
                "name": "CRM of the Tests",
                "currency_id": euro.id,
                "country_id": cls.env.ref("base.nl").id,
            }
        )
        cls.env.user.company_ids |= cls.company
        cls.env.user.company_id = cls.company
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "no_reset_password": True,
                # "you have been assigned to ...": a mail for each deal
                "mail_auto_subscribe_no_notify": True,
            }
        )
        cls.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": cls.company.id,
                "rate": 1.085,
                "name": "2020-01-01",
            }
        )
        group = cls.env["account.tax.group"].create(
            {"name": "VAT", "company_id": cls.company.id}
        )
        cls.taxes = {
            rate: cls.env["account.tax"].create(
                {
                    "name": f"BTW {rate} %",
                    "amount": rate,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_excluded",
                    "tax_group_id": group.id,
                    "company_id": cls.company.id,
                    "country_id": cls.env.ref("base.nl").id,
                }
            )
            for rate in (21, 9)
        }

    @classmethod
    def make_people(cls):
        cls.salesperson = new_test_user(
            cls.env,
            "anna",
            "sales_team.group_sale_salesman",
            name="Anna Seller",
            email="anna@example.com",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="Europe/Amsterdam",
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Team",
                "company_id": cls.company.id,
                "member_ids": [Command.link(cls.salesperson.id)],
            }
        )

    @classmethod
    def make_products(cls):
        units = {
            "unit": "uom.product_uom_unit",
            "metre": "uom.product_uom_meter",
            "kilogram": "uom.product_uom_kgm",
            "dozen": "uom.product_uom_dozen",
            "hour": "uom.product_uom_hour",
        }
        # the dozen is archived at first
        for xmlid in units.values():
            cls.env.ref(xmlid).active = True
        catalogue = json.loads((TOOLS / "fixtures" / "catalogue.json").read_text())
        # other products with these codes would make proposals uncertain
        cls.env["product.product"].search(
            [("default_code", "in", [item["code"] for item in catalogue])]
        ).default_code = False
        products = cls.env["product.product"].create(
            [
                {
                    "name": item["name"],
                    "default_code": item["code"],
                    "list_price": item["list_price"],
                    "type": "consu" if item["type"] == "goods" else "service",
                    "uom_id": cls.env.ref(units[item["unit"]]).id,
                    "taxes_id": [Command.set(cls.taxes[item["tax"]].ids)],
                    "company_id": cls.company.id,
                }
                for item in catalogue
            ]
        )
        cls.products = {product.default_code: product for product in products}

    # -- the connector ----------------------------------------------------------------

    @classmethod
    def connect(cls):
        # tests put proxies in between, and dead addresses in its place
        connectors = cls.env["integration.connector"].with_context(
            integration_same_system=True
        )
        cls.connector = connectors.create(
            {
                "name": f"ERP ({cls.kind})",
                "system_type": cls.kind,
                "company_id": cls.company.id,
                "url": cls.erp["url"],
                **{name: cls.erp[key] for name, key in CREDENTIALS[cls.kind].items()},
            }
        )
        cls.connector._run_test()
        assert cls.connector.state == "tested", cls.connector.error_message
        cls.connector.action_start()
        cls.flow = cls.connector._get_flow("sale_order_push")
        for code in ("sale_status_pull", "reference_pull"):
            cls.connector._get_flow(code).next_run = "2099-01-01 00:00:00"
        cls.map_everything()

    @classmethod
    def map_everything(cls):
        """Read the ERP's lists, as the flow does, and confirm what is proposed."""
        handler = cls.env["integration.handler.reference_pull"]
        flow = cls.connector._get_flow("reference_pull")
        with cls.connector._get_client() as client:
            while True:
                request = {"cursor": flow.cursor or None, "limit": 1000}
                [answer] = handler._call(client, [request])
                handler._apply(flow, [(cls.env["integration.job"], answer)])
                if not answer["more"]:
                    break
        cls.env["integration.job"].search([("flow_id", "=", flow.id)]).action_cancel()
        products = cls.env["integration.product.mapping"].search(
            [("connector_id", "=", cls.connector.id), ("state", "=", "proposed")]
        )
        products.action_confirm()
        remote_taxes = cls.env["integration.remote.value"].search(
            [("connector_id", "=", cls.connector.id), ("kind", "=", "tax")]
        )
        for rate, tax in cls.taxes.items():
            # an ERP has several of a rate (goods, services): somebody chooses
            remote = remote_taxes.filtered(
                lambda value, r=rate: (
                    value.rate and float(value.rate) == r and not value.price_include
                )
            )[:1]
            cls.env["integration.value.mapping"].create(
                {
                    "connector_id": cls.connector.id,
                    "kind": "tax",
                    "res_id": tax.id,
                    "remote_id": remote.remote_id,
                }
            )

    def cut_off(self, **values):
        """Nobody answers there any more, and nobody waits until somebody does."""
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.connector.write({"url": "http://127.0.0.1:9", **values})

    # -- what people do here ----------------------------------------------------------

    def make_partner(self, name="Buyer", **values):
        return self.env["res.partner"].create(
            {
                "name": f"{name} {self.mark}",
                "is_company": True,
                "email": f"{uuid.uuid4().hex[:10]}@buyer.example",
                "street": "Kerkstraat 1",
                "zip": "1017 GA",
                "city": "Amsterdam",
                "country_id": self.env.ref("base.nl").id,
                **values,
            }
        )

    def make_lead(self, lines=(), partner=None, **values):
        partner = self.make_partner() if partner is None else partner
        return self.env["crm.lead"].create(
            {
                "name": f"Deal {self.mark}",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": self.salesperson.id,
                "team_id": self.team.id,
                "company_id": self.company.id,
                "lead_line_ids": [
                    Command.create(
                        {"product_id": self.products[code].id, "quantity": quantity}
                    )
                    for code, quantity in lines
                ],
                **values,
            }
        )

    def make_order(self, lead, lines=(), **values):
        return self.env["sale.order"].create(
            {
                "partner_id": lead.partner_id.id,
                "opportunity_id": lead.id,
                "user_id": lead.user_id.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[code].id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for code, quantity in lines
                ],
                **values,
            }
        )

    def win(self, leads):
        leads.with_user(self.salesperson).action_set_won()

    def push(self, leads):
        self.win(leads)
        self.run_lane()

    def pull(self):
        self.connector._get_flow("sale_status_pull")._enqueue_pull()
        self.run_lane()

    def make_product_like(self, code, own_code):
        """A product here, of the unit and taxes of the one called ``code``."""
        like = self.products[code]
        return self.env["product.product"].create(
            {
                "name": own_code,
                "default_code": own_code,
                "uom_id": like.uom_id.id,
                "type": like.type,
                "taxes_id": [Command.set(like.taxes_id.ids)],
                "company_id": self.company.id,
            }
        )

    # -- what is seen -----------------------------------------------------------------

    def assert_status(self, record, status):
        jobs = self.env["integration.job"].search(
            [("connector_id", "=", self.connector.id), ("state", "!=", "done")]
        )
        self.assertEqual(
            record.integration_status,
            status,
            f"{record.integration_message}; "
            + "; ".join(f"{j.name}: {j.state} {j.error_message}" for j in jobs)
            + f"; {jobs.mapped('error_detail')}",
        )

    def get_activities(self, lead):
        activity_type = self.env.ref("integration_sale.mail_activity_type_erp")
        return lead.activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type
        )

    def find_there(self, key):
        """The order's status as the ERP has it now, or None."""
        with self.connector._get_client() as client:
            found = client.order_find([key])
            if key not in found:
                return None
            [status] = client.order_status([found[key]["remote_id"]])
        return status

    def get_lines_there(self, erp_order):
        with self.connector._get_client() as client:
            return client.order_lines([erp_order.remote_id])[erp_order.remote_id]

    def count_there(self, keys):
        with self.connector._get_client() as client:
            return len(client.order_find(keys))
