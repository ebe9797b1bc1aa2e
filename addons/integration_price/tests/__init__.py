from . import test_prices
