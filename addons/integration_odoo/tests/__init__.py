from . import test_client_addresses
from . import test_client_faults
from . import test_client_order_changes
from . import test_client_orders
from . import test_client_parties
from . import test_client_status
from . import test_client_values
from . import test_connector
