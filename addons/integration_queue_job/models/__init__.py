from . import integration_connector
from . import integration_lane
from . import queue_job
from . import res_config_settings
