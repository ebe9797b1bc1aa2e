from . import test_stock
from . import test_stock_load
