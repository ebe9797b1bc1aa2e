from . import integration_price_line_mixin
from . import crm_lead_check
from . import crm_lead_line
from . import sale_order
from . import sale_order_line
