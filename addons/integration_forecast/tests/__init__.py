from . import test_forecast
from . import test_forecast_again
from . import test_forecast_load
from . import test_pipeline
from . import test_rights
