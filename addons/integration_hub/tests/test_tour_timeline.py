from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import HubCase


@tagged("-at_install", "post_install")
class TestTimelineTour(HubCase, HttpCase):
    """A product's timeline, from the ⚙ menu of its form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "Brass Lamp"})
        cls.template = cls.product.product_tmpl_id
        groups = "base.group_user,product.group_product_manager,integration_hub."
        for login, group in (
            ("manny", "group_integration_manager"),
            ("sally", "group_integration_user"),
        ):
            new_test_user(cls.env, login, groups + group, lang="en_US")

    def setUp(self):
        super().setUp()
        self.job = self.enqueue("Lamp", record=self.product)
        self.of_all = self.enqueue("Lamps", record=self.template)
        self.enqueue("Chair", record=self.product.copy())

    def test_template_and_variant(self):
        for product in (self.template, self.product):
            action = product.action_view_timeline()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found.job_id, self.job | self.of_all)

    def test_managers_see_it(self):
        for product in (self.template, self.product):
            with self.subTest(model=product._name):
                self.start_tour(
                    f"/odoo/{product._name}/{product.id}",
                    "integration_hub_timeline",
                    login="manny",
                )

    def test_nobody_else_does(self):
        sally = self.env["res.users"].search([("login", "=", "sally")])
        action = self.product.with_user(sally).action_view_timeline()
        with self.assertRaises(AccessError):
            self.env[action["res_model"]].with_user(sally).search(action["domain"])
        self.start_tour(
            f"/odoo/product.template/{self.template.id}",
            "integration_hub_no_timeline",
            login="sally",
        )
