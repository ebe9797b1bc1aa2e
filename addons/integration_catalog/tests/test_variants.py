from odoo.tests import tagged

from .common import CatalogCase


@tagged("post_install", "-at_install")
class TestVariants(CatalogCase):
    def add_shirt(self, remote_id, color, size, **values):
        self.erp.add(
            remote_id,
            f"SHIRT-{remote_id}",
            name="Shirt",
            full_name=f"Shirt ({color}, {size})",
            template_id="S",
            attributes=[
                {"attribute": "Color of Tests", "value": color},
                {"attribute": "Size of Tests", "value": size},
            ],
            **values,
        )

    def test_variants_stay_together(self):
        self.add_shirt("1", "Red", "M")
        self.add_shirt("2", "Blue", "L")
        self.pull()
        first, second = self.get_product("1"), self.get_product("2")
        template = first.product_tmpl_id
        self.assertEqual(second.product_tmpl_id, template)
        self.assertEqual(template.name, "Shirt")
        # no combination the ERP does not have
        self.assertEqual(len(template.product_variant_ids), 2)
        self.assertEqual(
            second.product_template_attribute_value_ids.mapped("name"), ["Blue", "L"]
        )
        self.assertEqual(second.default_code, "SHIRT-2")
        self.add_shirt("3", "Red", "L")
        self.pull()
        self.assertEqual(self.get_product("3").product_tmpl_id, template)
        self.assertEqual(self.get_product("1"), first)
        self.assertEqual(len(template.product_variant_ids), 3)

    def test_one_variant_discontinued(self):
        self.add_shirt("1", "Red", "M")
        self.add_shirt("2", "Blue", "M")
        self.pull()
        first, second = self.get_product("1"), self.get_product("2")
        self.erp.change("1", active=False)
        self.pull()
        self.assertFalse(first.active)
        self.assertTrue(second.active and second.sale_ok)
        self.erp.change("2", active=False)
        self.pull()
        self.assertFalse(first.sale_ok)
        self.erp.change("1", active=True)
        self.pull()
        self.assertTrue(first.active and first.sale_ok)
        self.assertFalse(second.active)

    def test_last_one_left_there(self):
        """It bears no attributes any more, and goes on saying what they share."""
        self.add_shirt("1", "Red", "M")
        self.add_shirt("2", "Blue", "M")
        self.pull()
        first, second = self.get_product("1"), self.get_product("2")
        shared = {"attributes": [], "name": "Tee", "description": "Cotton"}
        self.erp.change("1", full_name="Tee (Red, M)", **shared)
        self.erp.change("2", full_name="Tee (Blue, M)", active=False, **shared)
        self.pull()
        self.assertEqual(self.get_product("1"), first)
        self.assertFalse(second.active)
        self.assertEqual((first.name, first.description_sale), ("Tee", "Cotton"))

    def test_variants_here_products_there(self):
        """None of them speaks for what the siblings share."""
        sizes = [(0, 0, {"name": size}) for size in "SML"]
        attribute = self.env["product.attribute"].create(
            {"name": "Size of Tests", "value_ids": sizes}
        )
        template = self.env["product.template"].create(
            {
                "name": "T-shirt",
                "description_sale": "Ours",
                "attribute_line_ids": [
                    (
                        0,
                        0,
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [(6, 0, attribute.value_ids.ids)],
                        },
                    )
                ],
            }
        )
        for product, size in zip(template.product_variant_ids, "SML", strict=True):
            product.default_code = f"SHIRT-{size}"
            self.erp.add(
                size,
                f"SHIRT-{size}",
                name=f"T-shirt {size}",
                description=f"Size {size}",
                weight="0.2",
            )
        self.pull()
        self.assertEqual(self.get_product("M").product_tmpl_id, template)
        self.assertEqual(
            (template.name, template.description_sale), ("T-shirt", "Ours")
        )
        self.assertEqual(self.get_product("M").weight, 0.2)

    def test_product_gets_siblings(self):
        """What was one product stays as it is; it is told apart by its name."""
        self.erp.add("1", "SHIRT-1", name="Shirt", template_id="S")
        self.pull()
        first = self.get_product("1")
        self.add_shirt("1", "Red", "M")
        self.add_shirt("2", "Blue", "M")
        self.pull()
        self.assertEqual(self.get_product("1"), first)
        self.assertEqual(first.name, "Shirt (Red, M)")
        self.assertNotEqual(
            self.get_product("2").product_tmpl_id, first.product_tmpl_id
        )
