from . import integration_connector
