from . import test_lines
from . import test_check
