import uuid

from odoo.tests import tagged

from .erp_case import ErpCase, get_odoo_keeper
from .stock_mixin import StockMixin


@tagged("post_install", "-at_install")
class TestStockOdoo(StockMixin, ErpCase):
    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # products and inventories are kept by somebody else than the clerk of the orders
        cls.keeper = get_odoo_keeper(cls.erp)
        cls.addClassCleanup(cls.keeper.close)

    def make_counted(self, quantity, like="BOOK-HYD"):
        """A product there with so much of it on hand, and ours mapped to it."""
        code = f"STOCK-{uuid.uuid4().hex[:8].upper()}"
        [model] = self.keeper.call(
            "product.product",
            "search_read",
            domain=[("default_code", "=", like)],
            fields=["uom_id"],
        )
        [remote_id] = self.keeper.call(
            "product.product",
            "create",
            vals_list=[
                {
                    "name": code,
                    "default_code": code,
                    "is_storable": True,
                    "uom_id": model["uom_id"][0],
                }
            ],
        )
        self.addCleanup(
            self.keeper.call,
            "product.product",
            "write",
            [remote_id],
            vals={"sale_ok": False},
        )
        product = self.make_product_like(like, code)
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": str(remote_id),
            }
        )
        self.count_there(product, quantity)
        return product

    def count_there(self, product, quantity, warehouse_id=None):
        """So much of it lies there; None for the warehouse that was there first."""
        [warehouse] = self.get_warehouses(warehouse_id, "lot_stock_id")
        [quant] = self.keeper.call(
            "stock.quant",
            "create",
            context={"inventory_mode": True},
            vals_list=[
                {
                    "product_id": self.get_remote_id(product),
                    "location_id": warehouse["lot_stock_id"][0],
                    "inventory_quantity": quantity,
                }
            ],
        )
        if not self.is_older:
            # applied when it is entered until 14
            self.keeper.call("stock.quant", "action_apply_inventory", [quant])

    def get_warehouses(self, warehouse_id, *fields):
        return self.clerk.call(
            "stock.warehouse",
            "search_read",
            domain=[("id", "=", warehouse_id)] if warehouse_id else [],
            fields=list(fields),
            limit=1,
        )

    def make_warehouse_there(self, name):
        """It is archived again as soon as nothing is in it or on its way to it."""
        [warehouse] = self.keeper.call(
            "stock.warehouse",
            "create",
            vals_list=[{"name": name, "code": uuid.uuid4().hex[:5].upper()}],
        )
        return warehouse

    def close_warehouse_there(self, warehouse_id, product):
        [warehouse] = self.get_warehouses(warehouse_id, "in_type_id")
        pickings = self.keeper.call(
            "stock.picking",
            "search",
            domain=[("picking_type_id", "=", warehouse["in_type_id"][0])],
        )
        self.keeper.call("stock.picking", "action_cancel", pickings)
        self.count_there(product, 0, warehouse_id)
        self.keeper.call(
            "stock.warehouse", "write", [warehouse_id], vals={"active": False}
        )

    def get_remote_id(self, product):
        return int(self.get_mapping(product).remote_id)

    def archive_there(self, product):
        self.keeper.call(
            "product.product",
            "write",
            [self.get_remote_id(product)],
            vals={"active": False},
        )

    def expect_there(self, product, quantity, day, warehouse_id=None):
        [warehouse] = self.get_warehouses(warehouse_id, "in_type_id", "lot_stock_id")
        [supplier] = self.clerk.call(
            "stock.location",
            "search",
            domain=[("usage", "=", "supplier")],
            limit=1,
        )
        destination = warehouse["lot_stock_id"][0]
        moment = f"{day} 10:00:00"
        move = {
            "product_id": self.get_remote_id(product),
            "product_uom_qty": quantity,
            "location_id": supplier,
            "location_dest_id": destination,
            "date": moment,
        }
        [picking] = self.clerk.call(
            "stock.picking",
            "create",
            vals_list=[
                {
                    "picking_type_id": warehouse["in_type_id"][0],
                    "location_id": supplier,
                    "location_dest_id": destination,
                    "scheduled_date": moment,
                    "move_ids": [[0, 0, move]],
                }
            ],
        )
        self.clerk.call("stock.picking", "action_confirm", [picking])
        self.clerk.call(
            "stock.picking", "write", [picking], vals={"scheduled_date": moment}
        )

    def order_there(self, product, quantity):
        return self.clerk.create_order(
            "Jansen Installaties", [(product.default_code, quantity)]
        )

    def reserve_there(self, order):
        self.clerk.confirm(order)
        for picking in self.clerk.open_shipments(order):
            self.clerk.call("stock.picking", "action_assign", [picking])
