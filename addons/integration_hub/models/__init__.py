from . import integration_credential
from . import integration_connector
from . import integration_flow
from . import integration_handler
from . import integration_job
from . import integration_lane
from . import integration_external_id
from . import integration_exchange
