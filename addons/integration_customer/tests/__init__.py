from . import test_compare
from . import test_customer_again
from . import test_customer_changes
from . import test_customer_joined
from . import test_customer_load
from . import test_customer_news
from . import test_customer_rules
from . import test_merge
