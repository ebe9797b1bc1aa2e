from . import test_decimals
from . import test_lead_line
from . import test_content
from . import test_order_push
from . import test_values
from . import test_customer
from . import test_status
from . import test_rights
