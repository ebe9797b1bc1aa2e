import base64

from odoo.tests import tagged

from .erp_case import ErpCase, get_odoo_keeper
from .feedback_mixin import FeedbackMixin

ATTACHMENT = "ir.attachment"


@tagged("post_install", "-at_install")
class TestFeedbackOdoo(FeedbackMixin, ErpCase):
    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # products are kept by somebody else than the clerk of the orders
        cls.keeper = get_odoo_keeper(cls.erp)
        cls.addClassCleanup(cls.keeper.close)

    def find_there(self, key):
        rows = self.clerk.call(
            ATTACHMENT,
            "search_read",
            domain=[("description", "=", key), ("res_model", "=", "product.product")],
            fields=["res_id", "datas"],
        )
        return [
            {
                "text": base64.b64decode(row["datas"]).decode(),
                "code": self.clerk.read_one(
                    "product.product", row["res_id"], "default_code"
                )["default_code"],
            }
            for row in rows
        ]

    def write_there(self, key, text):
        ids = self.keeper.call(ATTACHMENT, "search", domain=[("description", "=", key)])
        values = {"datas": base64.b64encode(text.encode()).decode()}
        self.keeper.call(ATTACHMENT, "write", ids, vals=values)

    def test_1_is_a_document_of_the_product(self):
        self.say()
        self.send_all()
        key = self.get_key("PUMP-200")
        [document] = self.clerk.call(
            ATTACHMENT if self.is_older else "product.document",
            "search_read",
            domain=[("description", "=", key)],
            fields=["name", "mimetype"],
        )
        self.assertEqual(document["name"], "Market feedback.txt")
        self.assertEqual(document["mimetype"], "text/plain")
