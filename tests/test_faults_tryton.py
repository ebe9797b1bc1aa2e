from odoo.tests import tagged

from .erp_case import ErpCase
from .fault_mixin import FaultMixin


@tagged("post_install", "-at_install")
class TestFaultsTryton(FaultMixin, ErpCase):
    kind = "tryton"
