from . import test_lines, test_tour_stock
from . import test_check
