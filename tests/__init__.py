from . import test_tour_connector, test_tour_deal
from . import test_deals_odoo, test_deals_tryton
from . import test_faults_odoo, test_faults_tryton
