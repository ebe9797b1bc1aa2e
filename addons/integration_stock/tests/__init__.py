from . import test_stock
from . import test_stock_again
from . import test_stock_load
from . import test_stock_mapping
