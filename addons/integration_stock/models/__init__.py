from . import integration_connector
from . import integration_flow
from . import integration_stock_level
from . import handler_stock_pull
from . import handler_stock_load
from . import product
from . import integration_field_label
from . import handler_stock_timeline
