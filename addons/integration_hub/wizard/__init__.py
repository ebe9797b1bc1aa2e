from . import retry_problem
from . import candidate_mixin
from . import choose_candidate
from . import correct_request
from . import replay
from . import forget_links
