from . import integration_connector
from . import integration_flow
from . import integration_forecast_demand
from . import integration_forecast
from . import integration_forecast_plan
from . import handler_forecast_push
from . import handler_forecast_load
