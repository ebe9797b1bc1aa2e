from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..client import TrytonClient

# what the web shop was found by: when one changes, it has to be found anew
WEB_SHOP_SOURCES = {"url", "tryton_database", "tryton_web_shop", "tryton_company_id"}


class IntegrationConnector(models.Model):
    """Tryton as the system of a connector."""

    _inherit = "integration.connector"

    system_type = fields.Selection(
        selection_add=[("tryton", "Tryton")], ondelete={"tryton": "cascade"}
    )
    tryton_database = fields.Char(
        "Tryton Database", tracking=True, help="Name of the database over there."
    )
    tryton_web_shop = fields.Char(
        "Web Shop",
        tracking=True,
        help="Name of a web shop without a type in Tryton (module web_shop). With it, Tryton"
        " itself refuses to create an order twice. Empty: the connection test takes the"
        " only one there is.",
    )
    tryton_web_shop_id = fields.Char("Web Shop ID", readonly=True, copy=False)
    tryton_company_id = fields.Char(
        "Tryton Company ID",
        tracking=True,
        help="Database ID of the company over there that takes the orders. Empty: the"
        " company in the preferences of the Tryton user.",
    )

    @api.constrains("tryton_company_id")
    def _check_tryton_company_id(self):
        for connector in self:
            if (
                connector.tryton_company_id
                and not connector.tryton_company_id.isdecimal()
            ):
                raise ValidationError(
                    self.env._(
                        "The company ID is a number: it ends the address of the company's"
                        " form in Tryton's web client."
                    )
                )

    # -- compute ----------------------------------------------------------------------

    @api.depends("tryton_database", "tryton_company_id")
    def _compute_is_system_changed(self):
        return super()._compute_is_system_changed()

    # -- CRUD -------------------------------------------------------------------------

    def write(self, vals):
        if WEB_SHOP_SOURCES & vals.keys() and "tryton_web_shop_id" not in vals:
            vals = {**vals, "tryton_web_shop_id": False}
        result = super().write(vals)
        if WEB_SHOP_SOURCES & vals.keys():
            for connector in self:
                connector._forget_session()
        return result

    # -- hooks of the hub -------------------------------------------------------------

    def _tryton_get_client_class(self):
        return TrytonClient

    def _tryton_get_client_options(self):
        return {
            "database": self.tryton_database or "",
            "web_shop": self.tryton_web_shop or "",
            "web_shop_id": self.tryton_web_shop_id or "",
            "company_id": self.tryton_company_id or "",
        }

    def _tryton_get_system_fields(self):
        return ("tryton_database", "tryton_company_id")

    def _tryton_get_credential_fields(self):
        return ("login", "password")

    def _tryton_apply_report_options(self, options):
        if "web_shop_id" in options:
            self.write(
                {
                    "tryton_web_shop": options["web_shop"] or False,
                    "tryton_web_shop_id": options["web_shop_id"] or False,
                }
            )
