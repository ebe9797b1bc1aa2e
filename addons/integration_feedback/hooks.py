def post_init_hook(env):
    """Connectors that are there already get the flow as well."""
    env["integration.connector"].with_context(active_test=False).search(
        []
    )._create_missing_flows()
