from odoo.tests import tagged

from .account_mixin import AccountMixin
from .erp_case import ErpCase


@tagged("post_install", "-at_install")
class TestAccountsOdoo(AccountMixin, ErpCase):
    kind = "odoo"
