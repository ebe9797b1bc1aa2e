from . import integration_connector
from . import integration_flow
from . import integration_handler
