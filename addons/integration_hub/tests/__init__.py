from . import (
    test_access,
    test_client_base,
    test_client_matching,
    test_crash,
    test_credentials,
    test_engine,
    test_import_export,
    test_lane_run,
    test_lane_time,
    test_limits,
    test_mappings,
    test_tour_hub,
)
