import uuid
from decimal import Decimal

from odoo.tests import tagged

from .catalog_mixin import CatalogMixin
from .erp_case import ErpCase, get_clerk


@tagged("post_install", "-at_install")
class TestCatalogTryton(CatalogMixin, ErpCase):
    kind = "tryton"
    variant_price = 12.5

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit_id = cls.get_remote_unit("Unit")

    @classmethod
    def map_unit(cls):
        """Tryton calls them by other names: somebody maps each of them once."""
        # products are kept by somebody else than the clerk of the orders
        cls.keeper = get_clerk("tryton", {**cls.erp, "clerk": cls.erp["admin"]})
        for name, xmlid in (
            ("Unit", "unit"),
            ("Hour", "hour"),
            ("Dozen", "dozen"),
            ("Meter", "meter"),
            ("Kilogram", "kgm"),
        ):
            unit = cls.env.ref(f"uom.product_uom_{xmlid}")
            unit.active = True
            line = cls.env["integration.value.mapping"]._ensure_unmapped(
                cls.connector, "unit", unit
            )
            line.remote_id = str(cls.get_remote_unit(name))

    @classmethod
    def get_remote_unit(cls, name):
        return cls.keeper.call(
            "model.product.uom.search", [["name", "=", name]], 0, 1, None
        )[0]

    def create_template(self, name, products):
        [category] = self.keeper.call(
            "model.product.category.search", [["name", "=", "Goods 21 %"]], 0, 1, None
        )
        [template] = self.keeper.call(
            "model.product.template.create",
            [
                {
                    "name": name,
                    "type": "goods",
                    "default_uom": self.unit_id,
                    "sale_uom": self.unit_id,
                    "salable": True,
                    "list_price": Decimal("12.5"),
                    "account_category": category,
                    "products": [["create", products]],
                }
            ],
        )
        return self.keeper.read_one("product.template", template, "products")[
            "products"
        ]

    def create_there(self, code, name, description=""):
        return self.create_template(
            name, [{"suffix_code": code, "description": description}]
        )[0]

    def create_duplicates_there(self):
        """Tryton keeps codes unique, barcodes it does not."""
        digits = f"20{uuid.uuid4().int % 10**10:010}"
        weights = (1, 3) * 6
        total = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
        barcode = f"{digits}{-total % 10}"
        identifier = {"type": "ean", "code": barcode}
        return [
            self.create_template(
                f"Twice {number}",
                [
                    {
                        "suffix_code": self.make_code(),
                        "identifiers": [["create", [identifier]]],
                    }
                ],
            )[0]
            for number in (1, 2)
        ]

    def create_variants_there(self):
        code = self.make_code()
        return self.create_template(
            "Shirt of the Tests",
            [{"suffix_code": f"{code}-{size}"} for size in ("S", "M", "L")],
        )

    def rename_there(self, remote_id, name):
        template = self.keeper.read_one("product.product", int(remote_id), "template")
        self.keeper.call(
            "model.product.template.write", [template["template"]], {"name": name}
        )

    def reprice_there(self, remote_id, price):
        template = self.keeper.read_one("product.product", int(remote_id), "template")
        self.keeper.call(
            "model.product.template.write",
            [template["template"]],
            {"list_price": Decimal(price)},
        )

    def reprice_variant_there(self, remote_id, price):
        self.keeper.call(
            "model.product.product.write",
            [int(remote_id)],
            {"list_price": Decimal(price)},
        )

    @classmethod
    def archive_there(cls, remote_id):
        cls.keeper.call(
            "model.product.product.write", [int(remote_id)], {"active": False}
        )

    def restore_there(self, remote_id):
        self.keeper.call(
            "model.product.product.write", [int(remote_id)], {"active": True}
        )

    def delete_there(self, remote_id):
        template = self.keeper.read_one("product.product", int(remote_id), "template")
        self.keeper.call("model.product.product.delete", [int(remote_id)])
        self.keeper.call("model.product.template.delete", [template["template"]])
