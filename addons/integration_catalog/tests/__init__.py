from . import (
    test_catalog,
    test_questions,
    test_tour_catalog,
    test_two_systems,
    test_variants,
)
