from . import retry_problem
