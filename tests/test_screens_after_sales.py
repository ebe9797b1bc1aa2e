from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .erp_case import ErpCase
from .screens_case import ScreensCase

# a list with something in it, as a phone shows it or a desk
ROWS = "!!document.querySelector('.o_kanban_record:not(.o_kanban_ghost), .o_data_row')"


@tagged("post_install", "-at_install")
class TestScreensAfterSales(ErpCase, ScreensCase):
    """A complaint with a history, and what customers say: as a salesperson sees it."""

    kind = "tryton"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.name = "ERP North"
        cls.load_language("ar_001")

    def make_returned(self):
        """Sold, complained of, approved over there: a return was made of it."""
        partner = self.make_partner("Havenbedrijf Rijnmond")
        lead = self.make_lead([("PUMP-200", 4), ("VALVE-DN25", 12)], partner)
        lead.name = "Pumps for the new lock"
        self.push(lead)
        Complaint = self.env["integration.complaint"].with_user(self.salesperson)
        values = {
            "partner_id": partner.id,
            "lead_id": lead.id,
            "product_id": self.products["PUMP-200"].id,
            "company_id": self.company.id,
        }
        self.complaint = Complaint.create(
            {
                **values,
                "subject": "Two pumps leak at the flange",
                "description": "It drips since Monday, at the flange of both pumps.\n"
                "They tightened the bolts, which did not help.",
                "quantity": 2,
                "wish": "return",
            }
        )
        self.complaint.action_send()
        self.run_lane()
        complaint_id = int(self.complaint.remote_id)
        model = "sale.complaint"
        text = self.clerk.read_one(model, complaint_id, "description")["description"]
        values_there = {
            "description": f"{text}\nSeal worn on both. Send them back with form R7."
        }
        self.clerk.call(f"model.{model}.write", [complaint_id], values_there)
        for button in ("wait", "approve"):
            self.clerk.call(f"model.{model}.{button}", [complaint_id])
        self.complaint.action_read_from_erp()
        self.run_lane()
        self.draft = Complaint.create(
            {**values, "subject": "One valve too few in the parcel", "wish": "other"}
        )
        stuck = Complaint.create(
            {
                **values,
                "subject": "Noise of the special pump",
                "product_id": self.make_product_like("PUMP-200", "SPECIAL-9").id,
            }
        )
        stuck.action_send()
        self.run_lane()
        self.stuck = stuck
        self.lead = lead

    def make_feedback(self):
        rival = self.env["integration.competitor"].create({"name": "Pumps & Co"})
        reason = self.env["crm.lost.reason"].create({"name": "Too expensive"})
        today = fields.Date.today()
        rows = (
            ("PUMP-200", "wish", "Quieter at night, please", 0),
            ("PUMP-200", "defect", "Rust on arrival", 9),
            ("PUMP-200", "price", "A tenth dearer than last year", 40),
            ("VALVE-DN25", "delivery", "Six weeks is too long", 41),
            ("VALVE-DN25", "competitor", "Others have it on the shelf", 75),
            ("PUMP-200", "wish", "A display that can be read outside", 76),
        )
        for code, kind, text, days in rows:
            self.env["integration.feedback"].create(
                {
                    "product_id": self.products[code].id,
                    "kind": kind,
                    "text": text,
                    "date": today - timedelta(days=days),
                    "lead_id": self.lead.id,
                    "user_id": self.salesperson.id,
                    "company_id": self.company.id,
                    "competitor_id": rival.id if kind == "competitor" else False,
                }
            )
        lost = self.make_lead([("PUMP-200", 2), ("VALVE-DN25", 8)])
        lost.name = "Cooling of the dairy"
        lost.action_set_lost(lost_reason_id=reason.id)
        lost.competitor_id = rival

    def test_screens(self):
        self.make_returned()
        self.make_feedback()
        for device, lang in (
            ("desktop", "en_US"),
            ("mobile", "en_US"),
            ("desktop", "ar_001"),
        ):
            with self.screens("anna", device, lang) as screens:
                screens.take("complaint", f"/odoo/complaints/{self.complaint.id}")
                screens.evaluate(
                    "document.querySelector('.nav-link[name=steps]')?.click()"
                )
                self.show_tab(screens, "steps")
                screens.check("complaint-history")
                screens.take("complaint-stuck", f"/odoo/complaints/{self.stuck.id}")
                screens.take("complaint-draft", f"/odoo/complaints/{self.draft.id}")
                screens.take("complaints", "/odoo/complaints")
                screens.check("complaints", ROWS)
                screens.take(
                    "complaint-customer", f"/odoo/contacts/{self.lead.partner_id.id}"
                )
                screens.take("feedback-deal", f"/odoo/crm.lead/{self.lead.id}")
                screens.evaluate(
                    "document.querySelector('.nav-link[name=feedback]')?.click()"
                )
                self.show_tab(screens, "feedback")
                screens.check("feedback-deal-lines")
                screens.take("feedback", "/odoo/product-feedback")
                screens.check("feedback", ROWS)
                screens.take("market-trends", "/odoo/market-trends")
                screens.take(
                    "market-trends-pivot", "/odoo/market-trends?view_type=pivot"
                )

    def show_tab(self, screens, name):
        """It is below the fold on a phone."""
        if screens.device == "mobile":
            screens.evaluate(
                f"document.querySelector('.nav-link[name={name}]')?.scrollIntoView()"
            )
