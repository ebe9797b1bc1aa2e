from . import test_excerpt
from . import test_feedback
from . import test_feedback_again
from . import test_feedback_push
from . import test_sending_stops
