from . import test_tour_connector, test_tour_deal, test_tour_first_deal
from . import test_deals_odoo, test_deals_tryton
from . import test_faults_odoo, test_faults_tryton
from . import test_customers_odoo, test_customers_tryton
from . import test_after_won_odoo, test_after_won_tryton, test_screens_after_won
from . import test_accounts_odoo, test_accounts_tryton
from . import test_complaints_odoo, test_complaints_tryton
from . import test_feedback_odoo, test_feedback_tryton
from . import test_tour_complaint, test_screens_after_sales
from . import test_forecast_odoo, test_forecast_tryton
from . import test_order_check_odoo, test_order_check_tryton, test_screens_before_won
from . import test_screens_languages, test_screens_load
from . import test_forms_of_others, test_keys
from . import test_any_sequence_on_queue_job, test_faults_on_queue_job
from . import test_whole_suite
