from . import test_lines, test_tour_stock
