from . import test_tour_connector, test_tour_deal
