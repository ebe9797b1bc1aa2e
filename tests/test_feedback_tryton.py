from odoo.tests import tagged

from .erp_case import ErpCase, get_clerk
from .feedback_mixin import FeedbackMixin

ATTACHMENT = "ir.attachment"


@tagged("post_install", "-at_install")
class TestFeedbackTryton(FeedbackMixin, ErpCase):
    kind = "tryton"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # products are kept by somebody else than the clerk of the orders
        cls.keeper = get_clerk("tryton", {**cls.erp, "clerk": cls.erp["admin"]})

    def search_there(self, key):
        return self.keeper.call(
            f"model.{ATTACHMENT}.search_read",
            [["name", "like", f"%[{key}]"]],
            0,
            None,
            None,
            ["resource", "description", "data"],
        )

    def find_there(self, key):
        found = []
        for row in self.search_there(key):
            product_id = int(row["resource"].partition(",")[2])
            found.append(
                {
                    "text": row["description"],
                    "code": self.keeper.read_one("product.product", product_id, "code")[
                        "code"
                    ],
                }
            )
        return found

    def write_there(self, key, text):
        ids = [row["id"] for row in self.search_there(key)]
        self.keeper.call(f"model.{ATTACHMENT}.write", ids, {"description": text})
