from . import retry_problem
from . import choose_candidate
from . import correct_request
from . import replay
