from . import integration_connector
from . import integration_flow
from . import res_partner
from . import res_partner_events
from . import res_partner_merge
from . import handler_customer_push
from . import handler_customer_update
from . import handler_customer_load
