from . import test_account_figures
