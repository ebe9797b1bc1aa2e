from . import (
    test_catalog,
    test_catalog_load,
    test_languages,
    test_questions,
    test_tour_catalog,
    test_two_systems,
    test_variants,
)
from . import test_price
