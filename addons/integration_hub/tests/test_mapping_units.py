import runpy

from odoo.tests import Form, tagged
from odoo.tools import file_path

from .test_mappings import MappingCase


@tagged("-at_install", "post_install")
class TestMappingUnits(MappingCase):
    """How many of the ERP's units make one of ours is never a guess."""

    def propose(self, product):
        lines = self.Mapping._propose(self.connector)
        return lines.filtered(lambda line: line.product_id == product)

    def call_it(self, name):
        """The unit of the ERP's products has this name there."""
        self.Remote._replace(
            self.connector, "unit", [{"remote_id": "1", "code": "", "name": name}]
        )

    def map_unit(self, unit, remote_id):
        """A person does, on the line that is there or a new one."""
        lines = self.Value._ensure_unmapped(self.connector, "unit", unit)
        lines.remote_id = remote_id

    def test_units_of_the_same_name_need_nobody(self):
        """At the first reading, before anybody has mapped a unit."""
        self.chair.uom_id = self.env.ref("uom.product_uom_dozen")
        for name in ("Units", "Piece", "pcs", "C62"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.call_it(name)
                line = self.propose(self.chair)
                self.assertEqual((line.factor, line.factor_state), (12, "known"))
                unit = self.Value.search(
                    [("kind", "=", "unit"), ("res_id", "=", self.unit.id)]
                )
                self.assertEqual((unit.remote_id, unit.state), ("1", "mapped"))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_unknown_unit_is_never_taken_for_ours(self):
        """Sold here by the dozen, there by something nobody here knows."""
        self.call_it("Stuk")
        dozen = self.env.ref("uom.product_uom_dozen")
        self.chair.uom_id = dozen
        lines = self.Mapping._propose(self.connector)
        line = lines.filtered(lambda line: line.product_id == self.chair)
        self.assertEqual((line.state, line.factor_state), ("proposed", "unclear"))
        self.assertIn("How many Piece in the ERP make 1 Dozens", line.factor_text)
        message = lines.action_confirm()["params"]["message"]
        self.assertIn("units that are not known here (Piece): 2", message)
        self.assertEqual(set(lines.mapped("state")), {"proposed"})
        self.assertFalse(self.Mapping._get_for(self.connector, self.chair))
        # the units are mapped: all of them follow
        self.map_unit(self.unit, "1")
        self.assertEqual((line.factor, line.factor_state), (12, "known"))
        table = lines - line
        self.assertEqual((table.factor, table.factor_state), (1, "known"))
        lines.action_confirm()
        self.assertEqual(set(lines.mapped("state")), {"mapped"})

    def test_another_kind_of_unit(self):
        """Mapped, but no factor follows: kilograms are no pieces."""
        self.map_unit(self.unit, "1")
        self.chair.uom_id = self.env.ref("uom.product_uom_kgm")
        line = self.propose(self.chair)
        self.assertEqual(line.factor_state, "unclear")
        line.factor = 0.25
        self.assertEqual(line.factor_state, "entered")
        line.action_confirm()
        self.assertEqual((line.state, line.factor), ("mapped", 0.25))

    def test_factor_is_right_as_it_stands(self):
        self.call_it("Stuk")
        line = self.propose(self.chair)
        line.action_confirm()
        self.assertEqual(line.state, "proposed")
        line.action_confirm_factor()
        self.assertEqual((line.state, line.factor), ("mapped", 1))
        self.assertEqual(line.factor_state, "entered")

    def test_unit_that_no_product_here_is_sold_in(self):
        """Coffee by the gram here, by the kilogram there."""
        self.call_it("Kilogram")
        self.chair.uom_id = self.env.ref("uom.product_uom_gram")
        line = self.propose(self.chair)
        self.assertEqual(line.factor_state, "known")
        self.assertAlmostEqual(line.factor, 0.001)

    def test_entered_factor_stays(self):
        self.call_it("Stuk")
        line = self.propose(self.chair)
        line.factor = 6
        self.map_unit(self.unit, "1")
        self.assertEqual((line.factor, line.factor_state), (6, "entered"))

    def test_proposal_made_before_units_counted(self):
        """By an older version: read again, it follows as well."""
        self.call_it("Stuk")
        line = self.propose(self.chair)
        line.write({"factor": 1, "factor_state": "known"})
        self.Mapping._propose(self.connector)
        self.assertEqual(line.factor_state, "unclear")

    def test_unit_there_changes(self):
        line = self.propose(self.chair)
        self.assertEqual((line.factor, line.factor_state), (1, "known"))
        self.Remote._replace(
            self.connector,
            "product",
            [
                {
                    "remote_id": "10",
                    "code": "T-CHAIR",
                    "name": "Chair, oak",
                    "unit_id": "2",
                    "unit_name": "tray",
                }
            ],
        )
        self.Mapping._propose(self.connector)
        self.assertEqual(line.remote_unit_id, "2")
        self.assertEqual(line.factor_state, "unclear")
        self.map_unit(self.tray, "2")
        self.assertAlmostEqual(line.factor, 1 / 12)

    def test_picked_by_hand(self):
        """The form works the factor out, or says that it is not known."""
        self.lamp.uom_id = self.tray
        remote = self.Remote._get_by_remote_id(self.connector, "product", ["11"])["11"]
        self.map_unit(self.unit, "1")
        with Form(self.line(self.lamp)) as form:
            form.remote_value_id = remote
            self.assertEqual(form.factor, 12)
        line = form.record
        self.assertEqual((line.factor, line.factor_state), (12, "known"))
        with Form(line) as form:
            form.factor = 24
        self.assertEqual((line.factor, line.factor_state), (24, "entered"))
        # by code, as in a spreadsheet
        other = self.line(self.chair, remote_code="T-TABLE")
        self.assertEqual((other.factor, other.factor_state), (1, "known"))

    def test_picked_by_hand_in_units_nothing_relates(self):
        """Nothing is sent by it before somebody has said how many make one."""
        self.map_unit(self.unit, "1")
        self.table.uom_id = self.env.ref("uom.product_uom_kgm")
        job = self.enqueue(1)
        job.write(
            {
                "state": "attention",
                "error_kind": "mapping",
                "error_detail": {"model": "product.product", "ids": self.table.ids},
            }
        )
        line = self.line(self.table, remote_code="T-TABLE")
        self.assertEqual((line.state, line.factor_state), ("proposed", "unclear"))
        self.assertEqual(job.state, "attention", "it would ask the same again")
        self.assertEqual(
            self.Mapping._get_unit_questions(self.connector, self.table),
            {self.table.id: "[T-TABLE-OLD] Table (1 kg = ? Piece)"},
        )
        self.env["integration.cause"]._note(self.connector, job)
        problem = self.env["integration.problem"].search(
            [("res_id", "=", self.table.id), ("kind", "=", "mapping")]
        )
        self.assertIn("(1 kg = ? Piece)", problem.title)
        line.write({"remote_id": "10"})
        self.assertEqual((line.state, job.state), ("proposed", "attention"))
        # the list has another one of the same barcode: a person has said it is not that
        self.Mapping._propose(self.connector)
        self.assertEqual((line.remote_id, line.is_automatic), ("10", False))
        line.factor = 0.25
        self.assertEqual((line.state, line.factor_state), ("mapped", "entered"))
        self.assertEqual(job.state, "waiting")
        # as it stands, by the button; or a spreadsheet says so
        line.write({"factor_state": "unclear", "state": "proposed"})
        line.action_end_problem()
        self.assertEqual((line.state, line.factor), ("mapped", 0.25))
        chair = {"connector_id": self.connector.id, "product_id": self.chair.id}
        self.chair.uom_id = self.table.uom_id
        self.Mapping.with_context(import_file=True).create(
            [{**chair, "remote_code": "T-CHAIR", "factor": 1}]
        )
        self.assertTrue(self.Mapping._get_for(self.connector, self.chair))

    def test_unit_of_the_product_changes(self):
        """The factor follows; where it can't, the next order asks."""
        self.map_unit(self.unit, "1")
        line = self.propose(self.chair)
        line.action_confirm()
        self.chair.uom_id = self.tray
        self.assertEqual((line.state, line.factor), ("mapped", 12))
        self.chair.uom_id = self.env.ref("uom.product_uom_kgm")
        self.assertEqual((line.state, line.factor_state), ("proposed", "unclear"))
        self.assertIn(
            self.chair.id, self.Mapping._get_unit_questions(self.connector, self.chair)
        )
        # which product it is has been decided before
        self.chair.uom_id = self.unit
        self.assertEqual((line.state, line.factor), ("mapped", 1))

    def test_unit_of_the_product_changes_after_a_factor_was_entered(self):
        """Six of theirs are one of ours: was the unit wrong, or is it another one now?"""
        self.map_unit(self.unit, "1")
        line = self.line(self.table, remote_code="T-TABLE", factor=6)
        lamp = self.line(self.lamp, remote_code="T-CHAIR", factor=3)
        self.table.uom_id = self.tray
        self.lamp.uom_id = self.env.ref("uom.product_uom_kgm")
        self.assertEqual(set((line | lamp).mapped("state")), {"proposed"})
        self.assertEqual((line.factor, lamp.factor), (72, 3), "proposed, not in force")
        self.assertIn("make 1 Tray here?", line.factor_text)
        # the units have an answer, which was not the person's before
        self.Mapping._propose(self.connector)
        self.map_unit(self.tray, "2")
        self.assertEqual((line.state, line.factor), ("proposed", 72))
        line.action_end_problem()
        self.assertEqual((line.state, line.factor_state), ("mapped", "entered"))
        self.table.uom_id = self.tray
        self.assertEqual((line.state, line.factor), ("mapped", 72), "the same unit")
        lamp.factor = 0.5
        self.assertEqual((lamp.state, lamp.is_unit_changed), ("mapped", False))

    def test_guess_of_an_older_version(self):
        """What was in force with a factor nobody knew is asked at the upgrade."""
        self.map_unit(self.unit, "1")
        self.table.uom_id = self.env.ref("uom.product_uom_kgm")
        known = self.line(self.chair, remote_code="T-CHAIR")
        line = self.line(self.table, remote_code="T-TABLE")
        line.write({"state": "mapped", "factor_state": "unclear"})
        path = file_path("integration_hub/migrations/19.0.1.0.1/end-migrate.py")
        runpy.run_path(path)["migrate"](self.env.cr, "19.0.1.0.0")
        self.assertEqual((line.state, known.state), ("proposed", "mapped"))
        self.assertFalse(self.Mapping._get_for(self.connector, self.table))
        line.factor = 0.25
        self.assertEqual(line.state, "mapped")
