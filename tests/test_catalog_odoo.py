from odoo.tests import tagged

from .catalog_mixin import CatalogMixin
from .erp_case import ErpCase, get_odoo_keeper


@tagged("post_install", "-at_install")
class TestCatalogOdoo(CatalogMixin, ErpCase):
    kind = "odoo"
    variant_price = 1.0

    @classmethod
    def map_unit(cls):
        """Units of the same name are mapped by the flow itself."""
        # products are kept by somebody else than the clerk of the orders
        cls.keeper = get_odoo_keeper(cls.erp)
        cls.addClassCleanup(cls.keeper.close)

    def create_there(
        self, code, name, description="", unit="unit", tax=21, kilograms=0
    ):
        return self.keeper.call(
            "product.product",
            "create",
            vals_list=[
                {
                    "name": name,
                    "default_code": code or False,
                    "list_price": 12.5,
                    "description_sale": description,
                    "uom_id": self.get_remote_unit(unit),
                    "taxes_id": self.get_remote_taxes(tax),
                    "weight": kilograms,
                }
            ],
        )[0]

    def get_remote_unit(self, unit):
        """Units of the same name are the same."""
        name = self.env.ref(f"uom.product_uom_{unit}").name
        [row] = self.keeper.call(
            "uom.uom", "search_read", domain=[("name", "=", name)], fields=["id"]
        )
        return row["id"]

    def get_remote_taxes(self, tax):
        """:return: command that sets those of this rate, None for none at all"""
        mapped = self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", "tax"),
                ("res_id", "=", self.taxes[tax].id if tax else 0),
            ]
        )
        return [[6, 0, [int(line.remote_id) for line in mapped]]]

    def change_tax_there(self, remote_id, tax):
        self.write_there(remote_id, {"taxes_id": self.get_remote_taxes(tax)})

    def change_weight_there(self, remote_id, kilograms):
        self.write_there(remote_id, {"weight": kilograms})

    def show_there(self, remote_id, picture):
        self.write_there(remote_id, {"image_1920": picture or False})

    def create_duplicates_there(self):
        code = self.make_code()
        return [self.create_there(code, f"Twice {number}") for number in (1, 2)]

    def create_variants_there(self):
        [attribute] = self.keeper.call(
            "product.attribute",
            "create",
            vals_list=[
                {
                    "name": f"Size {self.make_code()}",
                    "value_ids": [[0, 0, {"name": size}] for size in ("S", "M", "L")],
                }
            ],
        )
        [values] = self.keeper.call(
            "product.attribute", "read", [attribute], fields=["value_ids"]
        )
        line = {"attribute_id": attribute, "value_ids": [[6, 0, values["value_ids"]]]}
        [template] = self.keeper.call(
            "product.template",
            "create",
            vals_list=[
                {"name": "Shirt of the Tests", "attribute_line_ids": [[0, 0, line]]}
            ],
        )
        [row] = self.keeper.call(
            "product.template", "read", [template], fields=["product_variant_ids"]
        )
        return row["product_variant_ids"]

    def rename_there(self, remote_id, name):
        self.write_there(remote_id, {"name": name})

    def reprice_there(self, remote_id, price):
        self.write_there(remote_id, {"list_price": float(price)})

    def reprice_variant_there(self, remote_id, price):
        """What its size adds."""
        field = "product_template_attribute_value_ids"
        [row] = self.keeper.call(
            "product.product", "read", [int(remote_id)], fields=[field, "list_price"]
        )
        self.keeper.call(
            "product.template.attribute.value",
            "write",
            row[field],
            vals={"price_extra": float(price) - row["list_price"]},
        )

    @classmethod
    def write_there(cls, remote_id, values):
        cls.keeper.call("product.product", "write", [int(remote_id)], vals=values)

    @classmethod
    def archive_there(cls, remote_id):
        cls.write_there(remote_id, {"active": False})

    def restore_there(self, remote_id):
        self.write_there(remote_id, {"active": True})

    def delete_there(self, remote_id):
        self.keeper.call("product.product", "unlink", [int(remote_id)])

    def test_taken_off_sale(self):
        """Without being archived: the switch of the ERP itself."""
        remote_id = self.add_there(self.make_code())
        self.run_catalog()
        product = self.get_product(remote_id)
        self.write_there(remote_id, {"sale_ok": False})
        self.run_catalog()
        self.assertFalse(product.sale_ok)
