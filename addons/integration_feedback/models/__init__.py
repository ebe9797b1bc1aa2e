from . import integration_connector
from . import integration_flow
from . import integration_competitor
from . import integration_feedback
from . import crm_lead
from . import product_product
from . import handler_feedback_push
from . import handler_feedback_load
