from . import test_price_load
from . import test_prices
from . import test_price_owner
from . import test_price_units
