from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Kind, reference, language, and whether it is a company: compared from now on."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["integration.handler.customer_push"]._note_new_fields()
