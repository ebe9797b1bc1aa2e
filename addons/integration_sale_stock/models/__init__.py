from . import integration_stock_line_mixin
from . import crm_lead
from . import crm_lead_check
from . import sale_order
