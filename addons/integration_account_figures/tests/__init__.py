from . import test_account_figures
from . import test_account_figures_load
from . import test_tour_account_figures
