from . import models


def create_missing_flows(env):
    """Connectors that were here before the addon get its flow as well."""
    env["integration.connector"].search([])._create_missing_flows()
