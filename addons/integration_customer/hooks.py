def pre_init_hook(env):
    """The flow was part of *Won Deals to ERP*: its selection value changes hands before that
    app, no longer declaring it, would take connectors' flows along."""
    env.cr.execute(
        """
        UPDATE ir_model_data
           SET module = 'integration_customer'
         WHERE module = 'integration_sale'
           AND name = 'selection__integration_flow__code__customer_push'
        """
    )


def post_init_hook(env):
    """Connectors that are there already get the flow as well."""
    env["integration.connector"].with_context(active_test=False).search(
        []
    )._create_missing_flows()
