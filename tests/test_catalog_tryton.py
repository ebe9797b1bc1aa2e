import uuid
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.integration_tryton.client import TrytonClient

from .catalog_fields_mixin import make_picture
from .catalog_mixin import CatalogMixin
from .erp_case import ErpCase, get_clerk


@tagged("post_install", "-at_install")
class TestCatalogTryton(CatalogMixin, ErpCase):
    kind = "tryton"
    variant_price = 12.5

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

    def create_template(self, name, products, unit="unit", tax=21, kilograms=0):
        unit_id = self.get_remote_unit(unit.title())
        [template] = self.keeper.call(
            "model.product.template.create",
            [
                {
                    "name": name,
                    "type": "goods",
                    "default_uom": unit_id,
                    "sale_uom": unit_id,
                    "salable": True,
                    "list_price": Decimal("12.5"),
                    "account_category": self.get_category(tax),
                    "products": [["create", products]],
                    **self.get_weight(kilograms),
                }
            ],
        )
        return self.keeper.read_one("product.template", template, "products")[
            "products"
        ]

    def get_category(self, tax):
        """It brings the tax with it; None for none at all."""
        name = f"Goods {tax} %"
        found = self.keeper.call(
            "model.product.category.search", [["name", "=", name]], 0, 1, None
        )
        return found[0] if tax else None

    def get_weight(self, kilograms):
        """In grams: kilograms have two decimals there."""
        if not kilograms:
            return {"weight": None, "weight_uom": None}
        return {
            "weight": round(kilograms * 1000),
            "weight_uom": self.get_remote_unit("Gram"),
        }

    def create_there(self, code, name, description="", **values):
        return self.create_template(
            name, [{"suffix_code": code, "description": description}], **values
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

    def get_template(self, remote_id):
        return self.keeper.read_one("product.product", int(remote_id), "template")[
            "template"
        ]

    def write_template(self, remote_id, values):
        self.keeper.call(
            "model.product.template.write", [self.get_template(remote_id)], values
        )

    def rename_there(self, remote_id, name):
        self.write_template(remote_id, {"name": name})

    def reprice_there(self, remote_id, price):
        self.write_template(remote_id, {"list_price": Decimal(price)})

    def change_tax_there(self, remote_id, tax):
        self.write_template(remote_id, {"account_category": self.get_category(tax)})

    def change_weight_there(self, remote_id, kilograms):
        self.write_template(remote_id, self.get_weight(kilograms))

    def show_there(self, remote_id, picture):
        """In place of those there are, as somebody does on the form of the product."""
        template = self.get_template(remote_id)
        shown = self.keeper.call(
            "model.product.image.search", [["template", "=", template]], 0, None, None
        )
        commands = [["delete", shown]] if shown else []
        if picture:
            commands.append(["create", [{"image": as_bytes(picture)}]])
        self.write_template(remote_id, {"images": commands})

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
        template = self.get_template(remote_id)
        self.keeper.call("model.product.product.delete", [int(remote_id)])
        self.keeper.call("model.product.template.delete", [template])

    def test_picture_of_a_variant(self):
        """Its own first, else its template's; several of them by their order. One that is
        changed by itself, not on the form of the product, is seen as well."""
        remote_ids = [str(item) for item in self.create_variants_there()]
        self.created_there.extend(remote_ids)
        template = self.get_template(remote_ids[0])
        pictures = self.keeper.call(
            "model.product.image.create",
            [
                {
                    "template": template,
                    "product": product,
                    "sequence": sequence,
                    "image": as_bytes(make_picture(color)),
                }
                for product, sequence, color in (
                    (None, 20, "lime"),
                    (None, 10, "red"),
                    (int(remote_ids[2]), 30, "blue"),
                )
            ],
        )
        self.run_catalog()
        products = [self.get_product(remote_id) for remote_id in remote_ids]
        for product, color in zip(products, ("red", "red", "blue"), strict=True):
            self.assert_color(product, color)
        self.keeper.call(
            "model.product.image.write",
            [pictures[2]],
            {"image": as_bytes(make_picture("lime"))},
        )
        self.run_catalog()
        self.assert_color(products[2], "lime")

    def test_modules_that_are_missing(self):
        """What they would bring is named by the connection test, and stays as it is."""
        remote_id = self.add_there(self.make_code(), kilograms=4)
        self.show_there(remote_id, make_picture("red"))
        absent = {"product_image", "product_measurements", "account_product"}
        modules = TrytonClient.modules.fget
        self.patch(
            TrytonClient, "modules", property(lambda client: modules(client) - absent)
        )
        self.connector._run_test()
        said = str(self.connector.warning_message)
        for module in absent:
            self.assertIn(f"activate the module {module} in Tryton", said)
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assertFalse(product.image_1920)
        self.assertFalse(product.weight)


def as_bytes(picture):
    """As JSON of Tryton's."""
    return {"__class__": "bytes", "base64": picture}
