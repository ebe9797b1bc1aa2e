import uuid

from odoo.tests import tagged

from odoo.addons.integration_odoo.client import notes

from .complaint_mixin import ComplaintMixin
from .erp_case import ErpCase

REPAIR = "repair.order"


@tagged("post_install", "-at_install")
class TestComplaintsOdoo(ComplaintMixin, ErpCase):
    kind = "odoo"

    def read_there(self, complaint):
        row = self.clerk.read_one(
            REPAIR,
            int(complaint.remote_id),
            "name",
            "state",
            "partner_id",
            "product_id",
            "internal_notes",
            "write_date",
        )
        code = ""
        if row["product_id"]:
            code = self.clerk.read_one(
                "product.product", row["product_id"][0], "default_code"
            )["default_code"]
        return {
            "number": row["name"],
            "state": "cancelled"
            if row["state"] == "cancel"
            else row["state"].replace("draft", "new"),
            "party_id": row["partner_id"][0],
            "product_code": code,
            "text": notes.to_text(row["internal_notes"] or ""),
            "changed_at": row["write_date"],
        }

    def open_there(self, party_id, text):
        if party_id is None:
            [party_id] = self.clerk.call(
                "res.partner",
                "create",
                vals_list=[{"name": f"Unknown {uuid.uuid4().hex[:6]}"}],
            )
        values = {"partner_id": party_id, "internal_notes": notes.to_html(text)}
        return self.clerk.call(REPAIR, "create", vals_list=[values])[0]

    def write_there(self, complaint, text):
        self.clerk.call(
            REPAIR,
            "write",
            [int(complaint.remote_id)],
            vals={"internal_notes": notes.to_html(text)},
        )

    def remark_there(self, complaint, remark):
        """As the editor would: a paragraph below."""
        row = self.clerk.read_one(REPAIR, int(complaint.remote_id), "internal_notes")
        self.clerk.call(
            REPAIR,
            "write",
            [int(complaint.remote_id)],
            vals={"internal_notes": f"{row['internal_notes']}<p>{remark}</p>"},
        )

    def settle_there(self, complaint):
        """Repaired, with a filter put in."""
        repair_id = int(complaint.remote_id)
        [part] = self.clerk.call(
            "product.product", "search", domain=[("default_code", "=", "FILTER-10")]
        )
        line = {"product_id": part, "product_uom_qty": 1, "repair_line_type": "add"}
        self.clerk.call(REPAIR, "write", [repair_id], vals={"move_ids": [[0, 0, line]]})
        self.clerk.call(REPAIR, "action_repair_start", [repair_id])
        [move] = self.clerk.call(
            "stock.move", "search", domain=[("repair_id", "=", repair_id)]
        )
        self.clerk.call("stock.move", "write", [move], vals={"quantity": 1})
        self.clerk.call(REPAIR, "action_repair_end", [repair_id])

    def check_history(self, complaint):
        step = self.get_history(complaint)
        self.assertEqual((step.kind, step.state), ("part_added", "done"))
        self.assertIn("FILTER-10", step.name)
        self.assertEqual(step.quantity, 1)
        self.assertTrue(step.date)

    def copy_there(self, complaint):
        copied = self.clerk.call(REPAIR, "copy", [int(complaint.remote_id)])
        return copied[0] if isinstance(copied, list) else copied

    def delete_there(self, complaint):
        self.clerk.call(REPAIR, "unlink", [int(complaint.remote_id)])

    def count_keys(self, keys):
        return self.clerk.call(
            REPAIR, "search_count", domain=[("reference_ids.name", "in", keys)]
        )

    def test_8_tags_by_mapping(self):
        """A kind that is mapped becomes a tag there."""
        [tag] = self.clerk.call(
            "repair.tags", "create", vals_list=[{"name": f"Defect {self.mark}"}]
        )
        self.fetch()
        remote = self.env["integration.remote.value"].search(
            [("connector_id", "=", self.connector.id), ("kind", "=", "complaint_kind")]
        )
        self.assertIn(f"Defect {self.mark}", remote.mapped("name"))
        complaint = self.make_complaint()
        self.env["integration.value.mapping"].create(
            {
                "connector_id": self.connector.id,
                "kind": "complaint_kind",
                "res_id": complaint.kind_id.id,
                "remote_id": str(tag),
            }
        )
        self.send(complaint)
        row = self.clerk.read_one(REPAIR, int(complaint.remote_id), "tag_ids")
        self.assertEqual(row["tag_ids"], [tag])

    def test_2_product_and_quantity_follow(self):
        complaint = self.make_sent(product_id=self.products["PUMP-200"].id)
        complaint.write({"product_id": self.products["FILTER-10"].id, "quantity": 4})
        self.run_lane()
        self.assertFalse(self.get_problems())
        self.assertEqual(self.read_there(complaint)["product_code"], "FILTER-10")
        row = self.clerk.read_one(REPAIR, int(complaint.remote_id), "product_qty")
        self.assertEqual(row["product_qty"], 4)
        # a service is told in words alone
        complaint.product_id = self.products["SERV-INST"]
        self.run_lane()
        self.assertFalse(self.get_problems())
        self.assertFalse(self.read_there(complaint)["product_code"])
        self.assertIn("SERV-INST", self.read_there(complaint)["text"])
