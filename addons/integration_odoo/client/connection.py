"""*Test connection*: who we are over there, and what is missing."""

from odoo.addons.integration_hub.client import ConnectionReport

from .protocol import HAS_ACCESS_SINCE

# model, app, what goes without it ("" where nothing does)
APPS = (
    ("sale.order", "Sales", ""),
    ("account.move", "Invoicing", "no invoice status will come back"),
    ("stock.picking", "Inventory", "no delivery status will come back"),
)
RIGHTS = (
    ("sale.order", "create", "create sales orders (group “Sales / User”)"),
    ("sale.order", "write", "confirm sales orders (group “Sales / User”)"),
    ("res.partner", "create", "create customers (group “Contact Creation”)"),
    ("product.product", "read", "read products"),
    ("account.move", "read", "read invoices (group “Invoicing”)"),
    ("stock.picking", "read", "read deliveries (group “Inventory / User”)"),
)


class ConnectionVerbs:
    """``test_connection``."""

    def test_connection(self):
        # as it is today, not as the connector remembers it
        self._facts["version"] = self._fetch_version()
        user = self._read_own_user()
        report = ConnectionReport(
            user=f"{user['name']} ({user['login']})",
            version=self.version,
            company=self.get_company()["name"],
            options={"version": self.version},
        )
        for model, app, loss in APPS:
            if self.has_model(model):
                continue
            if loss:
                report.warnings.append(f"The app {app} is not installed there: {loss}.")
            else:
                report.missing.append(f"Install the app {app} in the other Odoo.")
        if self.has_model("stock.picking") and not self.get_field(
            "stock.picking", "sale_id"
        ):
            report.warnings.append(
                "Sales and Inventory are not linked there (module sale_stock): no"
                " delivery status will come back."
            )
        for model, operation, right in RIGHTS:
            if self.has_model(model) and not self._has_right(model, operation):
                report.missing.append(f"Give {user['name']} the right to {right}.")
        if self.protocol == "jsonrpc" and not self.settings.credentials.get("api_key"):
            report.warnings.append(
                "We log in with the user's password. An API key, made in the preferences"
                " of that user, can be taken back by itself."
            )
        return report

    def _has_right(self, model, operation):
        if self.major_version >= HAS_ACCESS_SINCE:
            return self.call(model, "has_access", [], operation=operation)
        return self.call(
            model, "check_access_rights", operation=operation, raise_exception=False
        )

    def _read_own_user(self):
        """Our user over there: ``{"id", "name", "login", "company_id"}``."""
        return self.get_fact("own_user", self._fetch_own_user)

    def _fetch_own_user(self):
        if self.protocol == "json2":
            uid = self.call("res.users", "context_get")["uid"]
        else:
            uid = self._get_uid()
        return self.search_read(
            "res.users", [("id", "=", uid)], ["name", "login", "company_id"]
        )[0]
