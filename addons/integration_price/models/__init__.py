from . import integration_connector
from . import integration_flow
from . import product_pricelist
from . import product_pricelist_item
from . import handler_price_pull
from . import handler_price_parties
from . import handler_price_compare
from . import handler_price_load
