from odoo.tests import tagged

from .complaint_mixin import ComplaintMixin
from .erp_case import ErpCase

COMPLAINT = "sale.complaint"


@tagged("post_install", "-at_install")
class TestComplaintsTryton(ComplaintMixin, ErpCase):
    kind = "tryton"

    def read_there(self, complaint):
        row = self.clerk.read_one(
            COMPLAINT,
            int(complaint.remote_id),
            "number",
            "state",
            "customer",
            "origin",
            "description",
            "write_date",
        )
        code = ""
        model, _comma, record_id = (row["origin"] or "").partition(",")
        if model == "sale.line":
            line = self.clerk.read_one("sale.line", int(record_id), "product.code")
            code = line["product."]["code"]
        return {
            "number": row["number"],
            "state": row["state"].replace("draft", "new"),
            "party_id": row["customer"],
            "product_code": code,
            "text": row["description"] or "",
            "changed_at": row["write_date"],
        }

    def call(self, method, *parameters):
        return self.clerk.call(f"model.{COMPLAINT}.{method}", *parameters)

    def open_there(self, party_id, text):
        if party_id is None:
            [party_id] = self.clerk.call(
                "model.party.party.create", [{"name": f"Unknown {self.mark}"}]
            )
        [complaint_type] = self.clerk.call(
            "model.sale.complaint.type.search", [], 0, 1, None
        )
        values = {"customer": party_id, "type": complaint_type, "description": text}
        return self.call("create", [values])[0]

    def write_there(self, complaint, text):
        self.call("write", [int(complaint.remote_id)], {"description": text})

    def remark_there(self, complaint, remark):
        text = self.read_there(complaint)["text"]
        self.write_there(complaint, f"{text}\n{remark}")

    def settle_there(self, complaint):
        """Submitted, approved, which makes the return; the clerk may do both."""
        complaint_id = int(complaint.remote_id)
        for button in ("wait", "approve"):
            self.call(button, [complaint_id])
        if self.read_there(complaint)["state"] == "approved":
            self.call("process", [complaint_id])

    def check_history(self, complaint):
        step = self.get_history(complaint)
        self.assertEqual((step.kind, step.quantity), ("return", 2))
        self.assertTrue(step.remote_number)
        self.assertEqual(step.currency_id.name, "EUR")
        self.assertGreater(step.amount, 0)
        # the return is carried out over there
        [action] = self.clerk.read_one(
            COMPLAINT, int(complaint.remote_id), "actions.result"
        )["actions."]
        sale_id = int(action["result"].partition(",")[2])
        self.clerk.confirm(sale_id)
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertEqual(step.state, "done")
        self.assertIn(step.remote_number, complaint.message_ids[0].body)

    def copy_there(self, complaint):
        return self.call("copy", [int(complaint.remote_id)])[0]

    def delete_there(self, complaint):
        self.call("delete", [int(complaint.remote_id)])

    def count_keys(self, keys):
        return self.call("search_count", [["reference", "in", keys]])

    def get_type(self, origin):
        [found] = self.clerk.call(
            "model.sale.complaint.type.search",
            [["origin.name", "=", origin]],
            0,
            1,
            None,
        )
        return found

    def test_1_credit_note(self):
        """Tryton makes credit notes of invoices: it is about the invoice's line."""
        lead = self.make_sold()
        order_id = int(lead.erp_order_ids.remote_id)
        self.clerk.ship(order_id)
        self.clerk.invoice(order_id)
        complaint = self.make_sent(
            lead_id=lead.id,
            partner_id=lead.partner_id.id,
            product_id=self.products["PUMP-200"].id,
            quantity=1,
            wish="credit",
        )
        row = self.clerk.read_one(
            COMPLAINT, int(complaint.remote_id), "origin", "actions.action"
        )
        self.assertTrue(row["origin"].startswith("account.invoice.line,"))
        self.assertEqual(row["actions."][0]["action"], "credit_note")
        self.settle_there(complaint)
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertEqual(complaint.state, "done")
        step = self.get_history(complaint)
        self.assertEqual((step.kind, step.quantity), ("credit_note", 1))

    def test_8_type_by_mapping(self):
        """A kind that is mapped decides what the complaint is about."""
        lead = self.make_sold()
        complaint = self.make_complaint(
            lead_id=lead.id,
            partner_id=lead.partner_id.id,
            product_id=self.products["PUMP-200"].id,
        )
        self.env["integration.value.mapping"].create(
            {
                "connector_id": self.connector.id,
                "kind": "complaint_kind",
                "res_id": complaint.kind_id.id,
                "remote_id": str(self.get_type("sale.sale")),
            }
        )
        self.send(complaint)
        row = self.clerk.read_one(COMPLAINT, int(complaint.remote_id), "origin")
        self.assertEqual(row["origin"], f"sale.sale,{lead.erp_order_ids.remote_id}")

    def test_3_text_of_a_submitted_one(self):
        complaint = self.make_sent()
        self.call("wait", [int(complaint.remote_id)])
        complaint.description = "Too late"
        self.run_lane()
        self.assertEqual(complaint.sync_state, "attention")
        self.assertIn("past being a draft", complaint.sync_message)
        self.assertNotIn("Too late", self.read_there(complaint)["text"])
