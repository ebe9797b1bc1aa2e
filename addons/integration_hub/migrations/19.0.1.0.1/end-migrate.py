from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Nothing is sent by a factor that nobody knows: what was mapped with one is asked of a
    person. Once all addons are there, as those that follow mappings are told."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["integration.product.mapping"].search(
        [("state", "=", "mapped"), ("factor_state", "=", "unclear")]
    )._follow_units()
