"""*Test connection*: who we are over there, and what is missing."""

from odoo.addons.integration_hub.client import ConnectionReport, TextMaker

from .protocol import HAS_ACCESS_SINCE

_lt = TextMaker(__name__)

# what prices from other currencies and percentages need
PRICE_PLACES = 4
# what goes without an app ("" where nothing does), its model, its name
APPS = (
    ("", "sale.order", "Sales"),
    (_lt("no invoice status will come back"), "account.move", "Invoicing"),
    (_lt("no delivery status will come back"), "stock.picking", "Inventory"),
)
# in words, of which model, which one
RIGHTS = (
    (_lt("create sales orders (group “Sales / User”)"), "sale.order", "create"),
    (_lt("confirm sales orders (group “Sales / User”)"), "sale.order", "write"),
    (_lt("create customers (group “Contact Creation”)"), "res.partner", "create"),
    (_lt("read products"), "product.product", "read"),
    (_lt("read invoices (group “Invoicing”)"), "account.move", "read"),
    (_lt("read deliveries (group “Inventory / User”)"), "stock.picking", "read"),
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
        for loss, model, app in APPS:
            if self.has_model(model):
                continue
            if loss:
                report.warnings.append(
                    _lt(
                        "The app %(app)s is not installed there: %(loss)s.",
                        app=app,
                        loss=loss,
                    )
                )
            else:
                report.missing.append(
                    _lt(
                        "Install the app %(app)s in the other Odoo.",
                        app=app,
                    )
                )
        if self.has_model("stock.picking") and not self.get_field(
            "stock.picking", "sale_id"
        ):
            report.warnings.append(
                _lt(
                    "Sales and Inventory are not linked there (module"
                    " sale_stock): no delivery status will come back."
                )
            )
        if self.has_model("sale.order") and self._rounds_prices():
            report.warnings.append(
                _lt(
                    "Unit prices are rounded there to the decimals of “Product Price”,"
                    " so orders may come to another total than here. Give it more under"
                    " Settings / Technical / Decimal Accuracy there."
                )
            )
        for right, model, operation in RIGHTS:
            if self.has_model(model) and not self._has_right(model, operation):
                report.missing.append(
                    _lt(
                        "Give %(user)s the right to %(right)s.",
                        user=user["name"],
                        right=right,
                    )
                )
        if self.protocol == "jsonrpc" and not self.settings.credentials.get("api_key"):
            report.warnings.append(
                _lt(
                    "We log in with the user's password. An API key, made in the"
                    " preferences of that user, can be taken back by itself."
                )
            )
        return report

    def _rounds_prices(self):
        """19 keeps them as they are."""
        places = self.get_fact("precisions", self._fetch_precisions)["unit_price"]
        return places is not None and places < PRICE_PLACES

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
