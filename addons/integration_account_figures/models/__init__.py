from . import integration_connector
from . import integration_flow
from . import integration_account_figure
from . import account_figures_mixin
from . import res_partner
from . import crm_lead
from . import sale_order
from . import handler_account_figures_pull
