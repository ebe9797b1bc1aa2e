from . import test_tour_connector, test_tour_deal
from . import test_deals_odoo, test_deals_tryton
