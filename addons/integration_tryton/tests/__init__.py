from . import (
    test_client_account_figures,
    test_client_confirm,
    test_client_faults,
    test_client_order_changes,
    test_client_orders,
    test_client_parties,
    test_client_party_changes,
    test_client_session,
    test_client_status,
    test_client_values,
    test_connector,
    test_plain,
)
