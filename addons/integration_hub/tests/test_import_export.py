import io

from odoo.tests import tagged
from odoo.tools.misc import file_open

from .test_mappings import MappingCase


@tagged("-at_install", "post_install")
class TestImportExport(MappingCase):
    """Through Odoo's own import and export, as a person does it."""

    def import_rows(self, model, header, rows):
        content = io.StringIO()
        for row in [header, *rows]:
            content.write(",".join(str(cell) for cell in row) + "\n")
        wizard = self.env["base_import.import"].create(
            {
                "res_model": model._name,
                "file": content.getvalue().encode(),
                "file_name": "mapping.csv",
                "file_type": "text/csv",
            }
        )
        options = {
            "separator": ",",
            "quoting": '"',
            "has_headers": True,
            "encoding": "utf-8",
        }
        preview = wizard.parse_preview(options)
        fields = [
            match[0] if (match := preview["matches"].get(index)) else False
            for index in range(len(header))
        ]
        self.assertNotIn(False, fields, "each column is recognized by its title")
        return wizard.execute_import(fields, header, options)

    def test_products(self):
        self.line(self.lamp)
        result = self.import_rows(
            self.Mapping,
            ["Connector", "Product", "ERP Code", "Factor"],
            [
                ["ERP North", "T-CHAIR", "T-TABLE", 12],
                ["ERP North", "Lamp", "T-CHAIR", 1],
            ],
        )
        self.assertFalse(result["messages"])
        lines = self.Mapping._get_for(self.connector, self.chair | self.lamp)
        self.assertEqual(lines[self.chair.id].remote_id, "11")
        self.assertEqual(lines[self.chair.id].factor, 12)
        self.assertEqual(
            lines[self.lamp.id].remote_id, "10", "the line that was there is updated"
        )

    def test_products_row_with_unknown_code(self):
        result = self.import_rows(
            self.Mapping,
            ["Product", "ERP Code"],
            [["T-CHAIR", "T-CHAIR"], ["Lamp", "NOWHERE"]],
        )
        message = result["messages"][-1]
        self.assertIn("has no code NOWHERE", message["message"])
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        self.assertFalse(result["ids"], "all or nothing")

    def test_values(self):
        result = self.import_rows(
            self.Value,
            ["Connector", "Kind", "Name Here", "Remote ID"],
            [["ERP North", "Unit of Measure", self.tray.name, "2"]],
        )
        self.assertFalse(result["messages"])
        self.assertEqual(
            self.Value._get_for(self.connector, "unit", self.tray),
            {self.tray.id: "2"},
        )

    def test_values_row_with_unknown_name(self):
        result = self.import_rows(
            self.Value,
            ["Kind", "Name Here", "Remote ID"],
            [["Unit of Measure", "Furlong", "2"]],
        )
        self.assertIn("no Unit of Measure “Furlong”", result["messages"][0]["message"])

    def test_templates(self):
        for model in (self.Mapping, self.Value):
            [template] = model.get_import_templates()
            with file_open(template["template"].lstrip("/"), "rb") as file:
                content = file.read()
            wizard = self.env["base_import.import"].create(
                {
                    "res_model": model._name,
                    "file": content,
                    "file_name": "template.xlsx",
                    "file_type": "application/vnd.openxmlformats-officedocument"
                    ".spreadsheetml.sheet",
                }
            )
            preview = wizard.parse_preview({"has_headers": True})
            self.assertNotIn("error", preview)
            self.assertEqual(len(preview["matches"]), len(preview["headers"]))

    def test_export_and_back(self):
        line = self.line(self.chair, remote_id="10", factor=2)
        fields = ["id", "connector_id", "product_id", "remote_code", "factor"]
        rows = line.export_data(fields)["datas"]
        rows[0][fields.index("remote_code")] = "T-TABLE"
        result = self.Mapping.load(fields, rows)
        self.assertFalse(result["messages"])
        self.assertEqual(result["ids"], line.ids)
        self.assertEqual(line.remote_id, "11")
