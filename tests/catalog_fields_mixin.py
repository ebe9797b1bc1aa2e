"""Single fields of the catalogue (ERP-5), in a real ERP: tax class, unit, weight, picture."""

import base64
import io

from PIL import Image

from odoo.fields import Command


def make_picture(color):
    """:return: a wide picture as base64"""
    stream = io.BytesIO()
    Image.new("RGB", (1024, 768), color).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


class CatalogFieldsMixin:
    """``create_there`` takes ``unit``, ``tax`` and ``kilograms``; ``change_tax_there``,
    ``show_there``: see the test of each system."""

    def make_product_here(self, code, **values):
        return self.env["product.product"].create(
            {
                "name": f"Ours {code}",
                "default_code": code,
                "company_id": self.company.id,
                **values,
            }
        )

    # -- tax class, unit, weight ------------------------------------------------------

    def test_1_tax_unit_and_weight(self):
        self.company.account_sale_tax_id = self.taxes[21]
        remote_id = self.add_there(
            self.make_code(), unit="meter", tax=9, kilograms=0.39
        )
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assertEqual(product.uom_id, self.env.ref("uom.product_uom_meter"))
        self.assertEqual(product.taxes_id, self.taxes[9])
        self.assertAlmostEqual(product.weight, 0.39, 2)
        # sold and sent as it came, nothing is set by hand
        lead = self.make_lead([])
        lead.lead_line_ids = [Command.create({"product_id": product.id, "quantity": 2})]
        self.assertEqual(lead.lead_line_ids.tax_ids, self.taxes[9])
        self.push(lead)
        self.assert_status(lead, "in_erp")
        erp_order = lead.erp_order_ids
        [line] = self.get_lines_there(erp_order)
        self.assertEqual(float(line["quantity"]), 2)
        self.assertAlmostEqual(erp_order.amount_total, 2 * 12.5 * 1.09, 2)

    def test_2_tax_and_weight_change(self):
        remote_id = self.add_there(self.make_code(), tax=21, kilograms=4)
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assertEqual(product.taxes_id, self.taxes[21])
        self.change_tax_there(remote_id, 9)
        self.change_weight_there(remote_id, 4.5)
        self.run_catalog()
        self.assertEqual(product.taxes_id, self.taxes[9])
        self.assertEqual(product.weight, 4.5)
        self.change_tax_there(remote_id, None)
        self.change_weight_there(remote_id, 0)
        self.run_catalog()
        self.assertFalse(product.taxes_id, "what it has named before goes")
        self.assertEqual(product.weight, 4.5, "nobody's word")

    def test_9_no_tax_no_weight(self):
        """Ours stay where the ERP says nothing; a new product has no more than theirs."""
        self.company.account_sale_tax_id = self.taxes[21]
        code = self.make_code()
        here = self.make_product_here(code, weight=2.5, taxes_id=self.taxes[9].ids)
        known = self.add_there(code, tax=None)
        new = self.add_there(self.make_code(), tax=None)
        self.run_catalog()
        self.assertEqual(self.get_product(known), here)
        self.assertEqual(here.weight, 2.5)
        self.assertEqual(here.taxes_id, self.taxes[9])
        self.assertFalse(self.get_product(new).taxes_id)

    # -- pictures ---------------------------------------------------------------------

    def assert_color(self, product, color):
        with Image.open(io.BytesIO(base64.b64decode(product.image_1920))) as shown:
            # as wide as forms show it, whatever the ERP keeps
            self.assertEqual(shown.size, (512, 384))
            found = shown.convert("RGB").getpixel((10, 10))
        strongest = max(range(3), key=found.__getitem__)
        self.assertEqual(("red", "lime", "blue")[strongest], color)

    def count_pictures(self):
        return self.env["integration.job"].search_count(
            [("flow_id", "=", self.catalog.id), ("operation", "=", "image")]
        )

    def test_picture(self):
        remote_id = self.add_there(self.make_code())
        code = self.make_code()
        here = self.make_product_here(code, image_1920=make_picture("blue"))
        without = self.add_there(code)
        self.show_there(remote_id, make_picture("red"))
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assert_color(product, "red")
        self.assertEqual(self.get_product(without), here)
        self.assertTrue(here.image_1920, "the ERP has none: ours stays")
        self.show_there(remote_id, make_picture("lime"))
        self.run_catalog()
        self.assert_color(product, "lime")
        count = self.count_pictures()
        self.rename_there(remote_id, "Renamed there")
        self.run_catalog()
        self.assertEqual(product.name, "Renamed there")
        self.assertEqual(self.count_pictures(), count, "the same picture stays there")
        self.show_there(remote_id, None)
        self.run_catalog()
        self.assertFalse(product.image_1920)

    def test_pictures_of_several(self):
        colors = {self.add_there(self.make_code()): "red" for _number in range(3)}
        colors[self.add_there(self.make_code())] = "blue"
        for remote_id, color in colors.items():
            self.show_there(remote_id, make_picture(color))
        self.run_catalog()
        for remote_id, color in colors.items():
            self.assert_color(self.get_product(remote_id), color)
