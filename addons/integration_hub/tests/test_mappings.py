from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import HubCase


class MappingCase(HubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("uom.group_uom")
        # no other connector: forms and files then need not name it
        cls.env["integration.connector"].search(
            [("id", "!=", cls.connector.id)]
        ).active = False
        cls.Product = cls.env["product.product"]
        cls.Mapping = cls.env["integration.product.mapping"]
        cls.Value = cls.env["integration.value.mapping"]
        cls.Remote = cls.env["integration.remote.value"]
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.tray = cls.env["uom.uom"].create(
            {"name": "Tray", "relative_factor": 12, "relative_uom_id": cls.unit.id}
        )
        cls.chair, cls.table, cls.lamp = cls.Product.create(
            [
                {"name": "Chair", "default_code": "T-CHAIR", "barcode": "4711"},
                {"name": "Table", "default_code": "T-TABLE-OLD", "barcode": "4712"},
                {"name": "Lamp"},
            ]
        )
        cls.load_remote()

    @classmethod
    def load_remote(cls):
        cls.Remote._replace(
            cls.connector,
            "product",
            [
                {
                    "remote_id": "10",
                    "code": "T-CHAIR",
                    "barcode": "",
                    "name": "Chair, oak",
                    "unit_id": "1",
                    "unit_name": "Piece",
                },
                {
                    "remote_id": "11",
                    "code": "T-TABLE",
                    "barcode": "4712",
                    "name": "Table",
                    "unit_id": "1",
                    "unit_name": "Piece",
                },
                {"remote_id": "12", "code": "T-TWICE", "name": "One"},
                {"remote_id": "13", "code": "T-TWICE", "name": "Two"},
            ],
        )
        cls.Remote._replace(
            cls.connector,
            "unit",
            [
                {"remote_id": "1", "code": "", "name": "Piece"},
                {"remote_id": "2", "code": "", "name": "tray "},
            ],
        )
        cls.Remote._replace(
            cls.connector,
            "currency",
            [
                {"remote_id": "7", "code": "EUR", "name": "Euro"},
                {"remote_id": "8", "code": "USD", "name": "Dollar"},
            ],
        )

    def line(self, product, **values):
        return self.Mapping.create(
            {"connector_id": self.connector.id, "product_id": product.id, **values}
        )


@tagged("-at_install", "post_install")
class TestRemoteValues(MappingCase):
    def test_replace_updates_archives_and_revives(self):
        first = self.Remote._get_by_remote_id(self.connector, "product", ["10"])["10"]
        self.Remote._replace(
            self.connector,
            "product",
            [
                {"remote_id": "10", "code": "NEW", "name": "Chair, ash"},
                {"remote_id": "10", "code": "NEW", "name": "named twice in the answer"},
            ],
        )
        self.assertEqual(first.code, "NEW")
        self.assertEqual(first.name, "named twice in the answer")
        gone = self.Remote._get_by_remote_id(self.connector, "product", ["11"])["11"]
        self.assertFalse(gone.active)
        self.assertTrue(
            self.Remote._get_by_remote_id(self.connector, "unit", ["1"])["1"].active,
            "another kind is left alone",
        )
        self.load_remote()
        self.assertTrue(gone.active)

    def test_replace_is_two_statements(self):
        values = [{"remote_id": str(n), "name": f"P {n}"} for n in range(500)]
        self.Remote._replace(self.connector, "product", values)
        with self.assertQueryCount(2):
            self.Remote._replace(self.connector, "product", values)

    def test_pages(self):
        since = self.env.cr.now()
        self.env.cr.execute(
            "UPDATE integration_remote_value SET seen_at = seen_at - interval '1 day'"
        )
        self.Remote._replace(
            self.connector,
            "product",
            [{"remote_id": "10", "name": "Chair"}],
            complete=False,
        )
        self.Remote._archive_unseen(
            self.connector, "product", since.replace(microsecond=0)
        )
        active = self.Remote.search(
            [("connector_id", "=", self.connector.id), ("kind", "=", "product")]
        )
        self.assertEqual(active.mapped("remote_id"), ["10"])

    def test_exact_code_wins(self):
        self.Remote._replace(
            self.connector,
            "product",
            [
                {"remote_id": "1", "code": "A1", "name": "Wanted"},
                {"remote_id": "2", "code": "A10", "name": "A1 in its name"},
                {"remote_id": "3", "code": "B", "barcode": "99", "name": "Scanned"},
            ],
        )

        def search(name):
            found = self.Remote.name_search(name, [("kind", "=", "product")])
            return [display_name for _id, display_name in found]

        self.assertEqual(search("A1"), ["[A1] Wanted"])
        self.assertEqual(search("99"), ["[B] Scanned"])
        self.assertEqual(search("in its"), ["[A10] A1 in its name"])


@tagged("-at_install", "post_install")
class TestProductMapping(MappingCase):
    def test_pick_from_list(self):
        with Form(self.Mapping) as form:
            self.assertEqual(form.connector_id, self.connector)
            form.product_id = self.lamp
            form.remote_value_id = self.Remote._get_by_remote_id(
                self.connector, "product", ["11"]
            )["11"]
            self.assertEqual(form.remote_code, "T-TABLE")
        line = form.record
        self.assertEqual(line.state, "mapped")
        self.assertEqual(line.remote_id, "11")
        self.assertEqual(line.remote_name, "Table")
        self.assertEqual(line.remote_unit_value_id.name, "Piece")
        self.assertEqual(
            self.Mapping._get_for(self.connector, self.lamp), {self.lamp.id: line}
        )

    def test_type_an_id(self):
        line = self.line(self.lamp)
        self.assertEqual(line.state, "unmapped")
        with Form(line) as form:
            form.remote_id = " 999 "
        self.assertEqual(line.state, "mapped")
        self.assertEqual(line.remote_id, "999")
        self.assertFalse(line.remote_value_id)
        # one of the list: its code and name come along
        line.remote_id = "10"
        self.assertEqual(line.remote_code, "T-CHAIR")
        line.action_clear()
        self.assertEqual(line.state, "unmapped")
        self.assertFalse(line.remote_code)

    def test_type_a_code(self):
        line = self.line(self.lamp)
        with Form(line) as form:
            form.remote_code = "T-CHAIR"
        self.assertEqual(line.remote_id, "10")
        with self.assertRaisesRegex(ValidationError, "has no code NOWHERE"):
            line.write({"remote_code": "NOWHERE"})
        with self.assertRaisesRegex(ValidationError, "more than once"):
            line.write({"remote_code": "T-TWICE"})

    def test_one_line_per_product_by_database(self):
        self.line(self.lamp)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.line(self.lamp)

    def test_factor_above_zero(self):
        for factor in (0, -1):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.line(self.lamp, factor=factor)

    def test_mapped_needs_remote(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.line(self.lamp).write({"state": "mapped"})

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.lamp.company_id = company
        with self.assertRaises(UserError):
            self.line(self.lamp)

    def test_propose(self):
        lines = self.Mapping._propose(self.connector)
        self.assertEqual(lines.product_id, self.chair | self.table)
        by_product = {line.product_id: line for line in lines}
        self.assertEqual(by_product[self.chair].remote_id, "10", "by code")
        self.assertEqual(by_product[self.table].remote_id, "11", "by barcode")
        self.assertEqual(set(lines.mapped("state")), {"proposed"})
        self.assertFalse(self.Mapping._get_for(self.connector, self.chair))
        self.assertFalse(self.Mapping._propose(self.connector), "nothing new")
        lines.action_confirm()
        self.assertEqual(set(lines.mapped("state")), {"mapped"})
        self.assertTrue(self.Mapping._get_for(self.connector, self.chair))

    def test_propose_no_guess(self):
        self.lamp.default_code = "T-TWICE"
        self.Product.create({"name": "Another chair", "default_code": "T-CHAIR"})
        lines = self.Mapping._propose(self.connector)
        self.assertEqual(lines.product_id, self.table, "unique on both sides only")

    def test_propose_keeps_what_people_mapped(self):
        line = self.line(self.chair, remote_id="11")
        self.Mapping._propose(self.connector)
        self.assertEqual(line.remote_id, "11")
        self.assertEqual(line.state, "mapped")

    def test_propose_factor_from_units(self):
        self.Value.create({"kind": "unit", "res_id": self.unit.id, "remote_id": "1"})
        self.chair.uom_id = self.tray
        line = self.Mapping._propose(self.connector).filtered(
            lambda line: line.product_id == self.chair
        )
        self.assertEqual(line.factor, 12)
        self.assertEqual(line.factor_text, "1 Tray here is 12 Piece in the ERP")

    def test_ensure_unmapped(self):
        lines = self.Mapping._ensure_unmapped(self.connector, self.lamp | self.chair)
        by_product = {line.product_id: line for line in lines}
        self.assertEqual(by_product[self.lamp].state, "unmapped")
        self.assertEqual(by_product[self.chair].state, "proposed")
        again = self.Mapping._ensure_unmapped(self.connector, self.lamp | self.chair)
        self.assertEqual(again, lines)

    def test_unmapped_first(self):
        self.line(self.chair, remote_id="10")
        lamp = self.line(self.lamp)
        lines = self.Mapping.search([("connector_id", "=", self.connector.id)])
        self.assertEqual(lines[0], lamp)

    def test_saving_wakes_jobs(self):
        [job, other] = self.enqueue("A", "B")
        detail = {"kind": "mapping", "model": "product.product"}
        job.write(
            {
                "state": "attention",
                "error_kind": "mapping",
                "error_detail": {**detail, "ids": [self.lamp.id]},
            }
        )
        other.write(
            {
                "state": "attention",
                "error_kind": "mapping",
                "error_detail": {**detail, "ids": [self.chair.id]},
            }
        )
        line = self.line(self.lamp)
        self.assertEqual(job.state, "attention", "an empty line helps nobody")
        action = job.action_open_mapping()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), line)
        line.remote_id = "10"
        self.assertEqual(job.state, "waiting")
        self.assertEqual(other.state, "attention")

    def test_batch_of_proposals(self):
        count = 300
        self.Remote._replace(
            self.connector,
            "product",
            [
                {"remote_id": str(n), "code": f"BULK-{n}", "name": f"Bulk {n}"}
                for n in range(count)
            ],
        )
        self.Product.create(
            [{"name": f"Bulk {n}", "default_code": f"BULK-{n}"} for n in range(count)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        lines = self.Mapping._propose(self.connector)
        self.env.flush_all()
        self.assertEqual(len(lines), count)
        self.assertLess(
            self.env.cr.sql_log_count - before, 90, "no statement per product"
        )


@tagged("-at_install", "post_install")
class TestValueMapping(MappingCase):
    def test_pick(self):
        with Form(self.Value) as form:
            form.kind = "unit"
            form.res_id = self.tray.id
            form.remote_value_id = self.Remote._get_by_remote_id(
                self.connector, "unit", ["2"]
            )["2"]
        line = form.record
        self.assertEqual(line.res_model, "uom.uom")
        self.assertEqual(line.local_name, self.tray.display_name)
        self.assertEqual(line.state, "mapped")
        self.assertEqual(
            self.Value._get_for(self.connector, "unit", self.tray | self.unit),
            {self.tray.id: "2"},
        )
        self.assertEqual(self.Value.search([("local_name", "ilike", "Tra")]), line)

    def test_kinds_of_missing_models_are_not_offered(self):
        kinds = dict(self.Value.fields_get(["kind"])["kind"]["selection"])
        self.assertIn("unit", kinds)
        self.assertEqual("tax" in kinds, "account.tax" in self.env)

    def test_currency_by_code_needs_nobody(self):
        euro = self.env.ref("base.EUR")
        found = self.Value._get_for(self.connector, "currency", euro)
        self.assertEqual(found, {euro.id: "7"})
        line = self.Value.search([("kind", "=", "currency"), ("res_id", "=", euro.id)])
        self.assertTrue(line.is_automatic)
        line.remote_id = "8"
        self.assertFalse(line.is_automatic)

    def test_others_are_proposed(self):
        hour = self.env.ref("uom.product_uom_hour")
        lines = self.Value._ensure_unmapped(
            self.connector, "unit", self.tray | self.unit | hour
        )
        by_record = {line.res_id: line for line in lines}
        self.assertEqual(by_record[self.tray.id].state, "proposed", "by name")
        self.assertEqual(by_record[self.unit.id].remote_id, "1", "another name of it")
        self.assertEqual(by_record[hour.id].state, "unmapped")
        self.assertFalse(self.Value._get_for(self.connector, "unit", self.tray))
        lines.action_confirm()
        self.assertTrue(self.Value._get_for(self.connector, "unit", self.tray))

    def test_one_line_per_value_by_database(self):
        values = {"kind": "unit", "res_id": self.unit.id}
        self.Value.create(values)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.Value.create(values)

    def test_saving_wakes_jobs(self):
        job = self.enqueue("A")
        job.write(
            {
                "state": "attention",
                "error_kind": "mapping",
                "error_detail": {
                    "kind": "mapping",
                    "model": "uom.uom",
                    "ids": [self.unit.id],
                },
            }
        )
        line = self.Value._ensure_unmapped(self.connector, "unit", self.unit)
        self.assertEqual(job.state, "attention")
        action = job.action_open_mapping()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), line)
        line.remote_id = "1"
        self.assertEqual(job.state, "waiting")

    def test_add_missing(self):
        self.Value.action_add_missing()
        units = self.env["uom.uom"].search([])
        lines = self.Value.search([("kind", "=", "unit")])
        self.assertEqual(set(lines.mapped("res_id")), set(units.ids))
        count = self.Value.search_count([])
        self.Value.action_add_missing()
        self.assertEqual(self.Value.search_count([]), count)
