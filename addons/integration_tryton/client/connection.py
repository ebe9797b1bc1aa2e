"""*Test connection* to Tryton: who we are there, and what is missing, in words."""

from odoo.addons.integration_hub.client import (
    ConnectionReport,
    IntegrationError,
    TextMaker,
)
from odoo.addons.integration_hub.client.words import list_rights, list_texts

_lt = TextMaker(__name__)

NEEDED_MODULES = {
    "sale": _lt("orders can't be created"),
    "account_invoice": _lt("there are no invoices to fetch"),
    "stock": _lt("there are no shipments to fetch"),
}
# model: rights the verbs need
NEEDED_RIGHTS = {
    "party.party": ("read", "create"),
    "party.address": ("read", "create"),
    "party.contact_mechanism": ("read", "create"),
    "party.identifier": ("read", "create"),
    "product.product": ("read",),
    "sale.sale": ("read", "create", "write"),
    "sale.line": ("read", "create"),
    "account.invoice": ("read",),
    "account.tax": ("read",),
    "stock.shipment.out": ("read",),
    "stock.shipment.out.return": ("read",),
}
TESTED_SERIES = ("8.0", "8.2")


class ConnectionMixin:
    def test_connection(self):
        self.forget_session()
        version = self._read_version()
        report = ConnectionReport(user=self.login, version=version)
        if version not in TESTED_SERIES:
            report.warnings.append(
                _lt(
                    "This is Tryton %(version)s; the connector is tried on"
                    " %(versions)s.",
                    version=version,
                    versions=list_texts(TESTED_SERIES),
                )
            )
        if not self._check_company(report):
            return report
        absent = [name for name in NEEDED_MODULES if name not in self.modules]
        report.missing += [
            _lt(
                "Activate the module %(name)s in Tryton: without it %(loss)s.",
                name=name,
                loss=NEEDED_MODULES[name],
            )
            for name in absent
        ]
        self._check_rights(report)
        self._check_buttons(report)
        self._check_countries(report)
        if "sale" not in absent:
            self._check_web_shop(report)
        return report

    def _read_version(self):
        """``common.server.version`` gives the series, such as ``8.0``; it needs no login
        and no database."""
        return self._post("common.server.version", [], path="/rpc/")

    def _check_company(self, report):
        """:return: whether there is a company to work for"""
        user = self.rpc("res.user", "get_preferences", False)
        report.user = f"{user.get('name') or self.login} ({self.login})"
        company_id = self.company_id
        if not company_id:
            report.missing.append(
                _lt(
                    "Give the Tryton user %(login)s a company, in its preferences"
                    " there.",
                    login=self.login,
                )
            )
            return False
        try:
            rows = self.read_records(
                "company.company", [company_id], ["rec_name", "currency.code"]
            )
        except IntegrationError as error:
            report.missing.append(error.message)
            return False
        report.company = rows[company_id]["rec_name"]
        return True

    def _check_rights(self, report):
        for model, rights in NEEDED_RIGHTS.items():
            denied = [right for right in rights if not self.has_right(model, right)]
            if denied:
                report.missing.append(
                    _lt(
                        "Give the Tryton user %(login)s the right to %(rights)s"
                        " %(model)s (by a group there, such as %(group)s).",
                        login=self.login,
                        rights=list_rights(denied),
                        model=model,
                        group=_get_group(model),
                    )
                )

    def _check_buttons(self, report):
        report.missing += [
            _lt(
                "Let the Tryton user %(login)s press “%(button)s” on sales orders"
                " (by the groups of that button there).",
                login=self.login,
                button=button,
            )
            for button in ("quote", "confirm")
            if not self.may_press("sale.sale", button)
        ]
        if not self.may_press("sale.sale", "process"):
            report.warnings.append(
                _lt(
                    "Give the Tryton user %(login)s the group Sales"
                    " Administrator: without it, an order Tryton can't process"
                    " holds up those confirmed along with it, until somebody"
                    " presses “Process” there.",
                    login=self.login,
                )
            )

    def _check_countries(self, report):
        if not self.search_read("country.country", [], ["code"], limit=1):
            report.warnings.append(
                _lt(
                    "Tryton has no countries yet: customers with a country will"
                    " be refused. Its administrator loads them with"
                    " trytond_import_countries."
                )
            )

    def _check_web_shop(self, report):
        """A web shop of ours makes our key unique; one that sells elsewhere (it has a
        type) keeps its own keys."""
        if "web_shop" not in self.modules:
            report.warnings.append(
                _lt(
                    "The module web_shop is not active in Tryton: our key goes"
                    " into the reference of an order, which Tryton does not keep"
                    " unique. It is looked up before every create; two connectors"
                    " must not send the same order."
                )
            )
            return
        shops = self.search_read(
            "web.shop",
            [["company", "=", self.company_id], ["type", "=", None]],
            ["name"],
            order=[["id", "ASC"]],
        )
        wanted = str(self.settings.options.get("web_shop") or "")
        chosen = [shop for shop in shops if wanted in (shop["name"], str(shop["id"]))]
        if not wanted and len(shops) == 1:
            chosen = shops
        # an empty option tells the connector to forget an old choice
        report.options["web_shop_id"] = str(chosen[0]["id"]) if chosen else ""
        report.options["web_shop"] = chosen[0]["name"] if chosen else wanted
        if chosen:
            return
        names = ", ".join(shop["name"] for shop in shops)
        if wanted:
            report.missing.append(
                _lt(
                    "Tryton has no web shop %(wanted)s without a type in %(company)s."
                    " There is: %(names)s.",
                    wanted=wanted,
                    company=report.company,
                    names=names,
                )
                if names
                else _lt(
                    "Tryton has no web shop %(wanted)s without a type in %(company)s.",
                    wanted=wanted,
                    company=report.company,
                )
            )
        elif shops:
            report.warnings.append(
                _lt(
                    "Choose one of Tryton's web shops on the connector"
                    " (%(names)s): then Tryton itself refuses to create an order"
                    " twice. Without one our key goes into the reference of the"
                    " order, which is looked up before every create.",
                    names=names,
                )
            )
        else:
            report.warnings.append(
                _lt(
                    "Create a web shop without a type in Tryton, such as “CRM”,"
                    " and test again: then Tryton itself refuses to create an"
                    " order twice. Without one our key goes into the reference of"
                    " the order, which is looked up before every create."
                )
            )


def _get_group(model):
    """Group of Tryton's own that brings the right."""
    if model.startswith("party."):
        return "Party Administration"
    if model.startswith("account."):
        return "Accounting"
    return "Stock" if model.startswith("stock.") else "Sales"
