from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..client import OdooClient


class IntegrationConnector(models.Model):
    """Another Odoo as the system of a connector."""

    _inherit = "integration.connector"

    system_type = fields.Selection(
        selection_add=[("odoo", "Odoo")], ondelete={"odoo": "cascade"}
    )
    odoo_database = fields.Char(
        "Database",
        tracking=True,
        help="Name of the database over there. May be empty with JSON-2 where the server"
        " has a single one.",
    )
    odoo_protocol = fields.Selection(
        [
            ("auto", "Automatic"),
            ("json2", "JSON-2 (Odoo 19 and later)"),
            ("jsonrpc", "JSON-RPC (Odoo 14 to 19)"),
        ],
        "Protocol",
        required=True,
        default="auto",
        tracking=True,
        help="Automatic takes JSON-2 where the other Odoo knows it and an API key is set.",
    )
    odoo_company_id = fields.Char(
        "Company ID",
        tracking=True,
        help="Database ID of the company over there that takes the orders. Empty: the main"
        " company of the user.",
    )
    odoo_version = fields.Char(readonly=True, copy=False)

    @api.constrains("odoo_company_id")
    def _check_odoo_company_id(self):
        for connector in self:
            if connector.odoo_company_id and not connector.odoo_company_id.isdecimal():
                raise ValidationError(
                    self.env._(
                        "The company ID is a number: it ends the address of the"
                        " company's form in the other Odoo."
                    )
                )

    # -- compute ----------------------------------------------------------------------

    @api.depends("odoo_protocol")
    def _compute_credential_fields(self):
        return super()._compute_credential_fields()

    @api.depends("odoo_database", "odoo_company_id")
    def _compute_is_system_changed(self):
        return super()._compute_is_system_changed()

    # -- CRUD -------------------------------------------------------------------------

    def write(self, vals):
        if "url" in vals and "odoo_version" not in vals:
            vals = {**vals, "odoo_version": False}
        result = super().write(vals)
        if {"odoo_database", "odoo_protocol", "odoo_company_id"} & vals.keys():
            for connector in self:
                connector._forget_session()
        return result

    # -- hooks of the hub -------------------------------------------------------------

    def _odoo_get_client_class(self):
        return OdooClient

    def _odoo_get_client_options(self):
        return {
            "database": self.odoo_database or "",
            "protocol": self.odoo_protocol,
            "company_id": self.odoo_company_id or "",
            "version": self.odoo_version or "",
            # for days, where the company over there has none
            "time_zone": self.company_id.partner_id.tz or "",
        }

    def _odoo_get_system_fields(self):
        return ("odoo_database", "odoo_company_id")

    def _odoo_get_credential_fields(self):
        if self.odoo_protocol == "json2":
            return ("api_key",)
        return ("login", "api_key", "password")

    def _odoo_apply_report_options(self, options):
        if options.get("version"):
            self.odoo_version = options["version"]
