from . import test_complaint_again
from . import test_complaint_received
from . import test_complaint_rules
from . import test_complaint_sync
from . import test_text_block
