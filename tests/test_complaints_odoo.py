import uuid

from odoo.tests import tagged

from odoo.addons.integration_hub.client.text_block import HINT
from odoo.addons.integration_odoo.client import notes

from .complaint_mixin import ComplaintMixin
from .erp_case import ErpCase

REPAIR = "repair.order"


@tagged("post_install", "-at_install")
class TestComplaintsOdoo(ComplaintMixin, ErpCase):
    kind = "odoo"

    def make_complaint(self, **values):
        if self.is_older:
            # a repair order needs goods there
            values.setdefault("product_id", self.products["PUMP-200"].id)
        return super().make_complaint(**values)

    def make_notes(self, text):
        return text if self.is_older else notes.to_html(text)

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
            "text": (row["internal_notes"] or "")
            if self.is_older
            else notes.to_text(row["internal_notes"] or ""),
            "changed_at": row["write_date"],
        }

    def open_there(self, party_id, text):
        if party_id is None:
            [party_id] = self.clerk.call(
                "res.partner",
                "create",
                vals_list=[{"name": f"Unknown {uuid.uuid4().hex[:6]}"}],
            )
        values = {"partner_id": party_id, "internal_notes": self.make_notes(text)}
        if self.is_older:
            [product] = self.clerk.call(
                "product.product",
                "search_read",
                domain=[("default_code", "=", "PUMP-200")],
                fields=["uom_id"],
            )
            values["product_id"] = product["id"]
            values["product_uom"] = product["uom_id"][0]
            [warehouse] = self.clerk.call(
                "stock.warehouse",
                "search_read",
                domain=[],
                fields=["lot_stock_id"],
                limit=1,
            )
            values["location_id"] = warehouse["lot_stock_id"][0]
        return self.clerk.call(REPAIR, "create", vals_list=[values])[0]

    def write_there(self, complaint, text):
        self.clerk.call(
            REPAIR,
            "write",
            [int(complaint.remote_id)],
            vals={"internal_notes": self.make_notes(text)},
        )

    def remark_there(self, complaint, remark):
        """As the editor would: a paragraph below."""
        row = self.clerk.read_one(REPAIR, int(complaint.remote_id), "internal_notes")
        remark = f"\n{remark}" if self.is_older else f"<p>{remark}</p>"
        self.clerk.call(
            REPAIR,
            "write",
            [int(complaint.remote_id)],
            vals={"internal_notes": f"{row['internal_notes']}{remark}"},
        )

    def settle_there(self, complaint):
        """Repaired, with a filter put in."""
        self.clerk.repair(int(complaint.remote_id), "FILTER-10")

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
        if self.is_older:
            return sum(
                self.clerk.call(
                    REPAIR,
                    "search_count",
                    domain=[("internal_notes", "like", f"[{key}]")],
                )
                for key in keys
            )
        return self.clerk.call(
            REPAIR, "search_count", domain=[("reference_ids.name", "in", keys)]
        )

    def test_9_empty(self):
        if not self.is_older:
            super().test_9_empty()
            return
        # goods it needs; without a description the subject is there
        complaint = self.make_sent(description=False)
        self.assertIn(complaint.subject, self.read_there(complaint)["text"])
        nothing = self.make_complaint(product_id=False)
        nothing.action_send()
        self.run_lane()
        self.assertEqual(nothing.sync_state, "attention")
        self.assertIn("needs goods", nothing.sync_message)
        self.connector._run_test()
        self.assertIn("needs goods", self.connector.warning_message)

    def test_2_pictures_and_links_there_stay(self):
        if self.is_older:
            self.skipTest("plain text there")
        complaint = self.make_sent()
        repair_id = int(complaint.remote_id)
        row = self.clerk.read_one(REPAIR, repair_id, "internal_notes")
        picture = '<img src="/web/static/img/logo2.png">'
        link = '<a href="https://example.com/seal">the seal</a>'
        self.clerk.call(
            REPAIR,
            "write",
            [repair_id],
            vals={"internal_notes": f"{row['internal_notes']}<p>{picture}{link}</p>"},
        )
        self.fetch()
        self.assertEqual(complaint.remarks, "the seal")
        before = self.clerk.read_one(REPAIR, repair_id, "internal_notes")
        complaint.description = "It drips at the shaft."
        self.run_lane()
        self.assertFalse(self.get_problems())
        after = self.clerk.read_one(REPAIR, repair_id, "internal_notes")
        ours, _line, theirs = after["internal_notes"].partition(HINT)
        self.assertIn("at the shaft", ours)
        self.assertNotIn("at the flange", ours)
        self.assertEqual(theirs, before["internal_notes"].partition(HINT)[2])
        self.assertIn('src="/web/static/img/logo2.png"', theirs)
        self.assertIn('href="https://example.com/seal"', theirs)

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
        if self.is_older:
            self.assertIn("needs goods", complaint.sync_message)
            return
        self.assertFalse(self.get_problems())
        self.assertFalse(self.read_there(complaint)["product_code"])
        self.assertIn("SERV-INST", self.read_there(complaint)["text"])
