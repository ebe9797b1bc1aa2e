from unittest.mock import patch

from odoo.tests import tagged

from .common import CustomerNewsCase


@tagged("post_install", "-at_install")
class TestCustomerNewsLoad(CustomerNewsCase):
    """First load of what was changed in the ERP: it writes over our fields, so what it
    would write is seen before."""

    def open(self):
        action = self.pull.action_open_load()
        return self.env["integration.load"].browse(action["res_id"])

    def check(self):
        load = self.open()
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        return load

    def get_rows(self):
        """All that a takeover could have written."""
        # Odoo's own notes on what was changed here before
        self.env.cr.flush()
        rows = {}
        for table in (
            "res_partner",
            "integration_external_id",
            "integration_change",
            "mail_message",
            "mail_activity",
        ):
            self.env.cr.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = self.env.cr.fetchall()
        return rows

    def test_dry_run_writes_nothing(self):
        changed, books, *_rest = self.make_known(name="Changed")
        same = self.make_linked(name="Same", email="same@s.example", vat=False)
        clash = self.make_linked(name="Clash", email="clash@c.example", vat=False)
        gone = self.make_linked(name="Gone", email="gone@g.example", vat=False)
        archived = self.make_linked(name="Old", email="old@o.example", vat=False)
        self.read_news()
        self.change(changed, changed, street="New Street 5")
        self.change(changed, books, street="Box 9")
        self.change(archived, active=False)
        self.change(clash, clash, zip="9999")
        self.flow.active = False
        clash.street = "Ours 1"
        self.flow.active = True
        self.erp.parties.pop(self.get_link(gone).remote_id)
        # what the flow has read already is looked at all the same
        self.pull.cursor = str(10**6)
        rows, cursor = self.get_rows(), self.pull.cursor
        load = self.check()
        for table, found in self.get_rows().items():
            self.assertEqual(found, rows[table], table)
        self.assertEqual(self.pull.cursor, cursor)
        lines = {
            line.res_id: line
            for line in load.line_ids
            if line.res_id in (changed | same | clash | gone | archived).ids
        }
        self.assertEqual(
            {key: line.outcome for key, line in lines.items()},
            {
                changed.id: "change",
                same.id: "same",
                clash.id: "attention",
                gone.id: "change",
                archived.id: "attention",
            },
        )
        self.assertEqual(
            lines[changed.id].detail,
            "Changed, Street: Main Street 1 → New Street 5;"
            " Books, Street: Box 1 → Box 9",
        )
        self.assertIn("changed on both sides and kept", lines[clash.id].detail)
        self.assertIn("No longer there", lines[gone.id].detail)
        self.assertIn("archived there", lines[archived.id].detail)
        self.assertFalse(load.has_amounts, "an address has no total")
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.remaining_count), ("done", 0))
        self.assertEqual(changed.street, "New Street 5")
        self.assertEqual(books.street, "Box 9")
        self.assertEqual(clash.street, "Ours 1")
        self.assertFalse(self.get_link(gone))
        self.assertFalse(self.check().change_count)

    def test_stopped_and_resumed(self):
        customers = [
            self.make_linked(name=f"C{number}", email=f"{number}@c.example", vat=False)
            for number in range(5)
        ]
        self.read_news()
        for number, customer in enumerate(customers):
            self.change(customer, customer, street=f"New {number}")
        with patch("odoo.addons.integration_hub.models.load_steps.PAGE_SIZE", 2):
            load = self.check()
        self.assertEqual(load.change_count, 5)
        load.action_load()
        load._queue_lines(2)
        load.action_stop()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("loading", 0))
        self.assertEqual(customers[0].street, "Main Street 1")
        load.action_resume()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("done", 5))
        self.assertEqual(
            [customer.street for customer in customers],
            [f"New {number}" for number in range(5)],
        )
