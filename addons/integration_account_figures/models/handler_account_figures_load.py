from odoo import models
from odoo.tools import format_amount
from odoo.tools.misc import formatLang

from odoo.addons.integration_hub.models.integration_handler_read_load import Standing

SHOWN = (
    "receivable",
    "overdue",
    "credit_limit",
    "credit_used",
    "is_on_hold",
    "margin",
    "margin_percent",
)


class HandlerAccountFiguresPull(models.AbstractModel):
    """First load of account figures: of all linked customers. The money of a line is what
    the customer owes by then."""

    _inherit = "integration.handler.account_figures_pull"

    def _load_get_source(self, flow):
        return "integration.external.id", [
            ("connector_id", "=", flow.connector_id.id),
            ("kind", "=", "party"),
            ("res_model", "=", "res.partner"),
        ]

    def _load_prepare(self, flow, records):
        return {"ids": records.ids, "remote_ids": records.mapped("remote_id")}

    @staticmethod
    def _load_call(client, request):
        remote_ids = request["remote_ids"]
        figures = client.account_figures(remote_ids) if remote_ids else []
        return {**request, "figures": dict(zip(remote_ids, figures, strict=True))}

    def _load_write(self, flow, answer):
        self._write_figures(flow, answer["figures"])

    def _load_read(self, flow, answer):
        links = self._load_find(flow, [("remote_id", "in", list(answer["figures"]))])
        by_partner = {link.res_id: link for link in links}
        Figure = self.env["integration.account.figure"]
        labels = Figure.fields_get(SHOWN, ["string"])
        figures = Figure.search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("partner_id", "in", list(by_partner)),
            ]
        )
        return {
            figure.partner_id: Standing(
                {
                    **self._prepare_line(
                        figure.partner_id, by_partner[figure.partner_id.id]
                    ),
                    "amount": figure.receivable,
                    "currency_id": figure.currency_id.id,
                },
                {
                    labels[name]["string"]: self._say_figure(figure, name)
                    for name in SHOWN
                },
            )
            for figure in figures
        }

    def _prepare_line(self, partner, link):
        return {
            "name": partner.display_name,
            "res_model": "res.partner",
            "res_id": partner.id,
            "remote_id": link.remote_id,
            "remote_number": link.remote_number,
            "payload": {"id": link.id},
        }

    def _say_figure(self, figure, name):
        """:return: text; empty where the ERP says nothing of it"""
        if name == "is_on_hold":
            return self.env._("Yes") if figure.is_on_hold else ""
        if name.startswith("credit_") and not figure.has_credit_limit:
            return ""
        if name.startswith("margin") and not figure.has_margin:
            return ""
        if name == "margin_percent":
            return formatLang(self.env, figure.margin_percent, digits=1)
        return format_amount(self.env, figure[name], figure.currency_id)

    def _load_compare(self, flow, answer):
        """Amounts in a currency nobody has activated here are not taken."""
        currencies = self._get_currencies(answer["figures"])
        unknown = {
            remote_id: values["currency"]
            for remote_id, values in answer["figures"].items()
            if values and values["currency"] not in currencies
        }
        known = {
            remote_id: values
            for remote_id, values in answer["figures"].items()
            if remote_id not in unknown
        }
        lines = super()._load_compare(flow, {**answer, "figures": known})
        links = self._load_find(flow, [("remote_id", "in", list(unknown))])
        partners = self.env["res.partner"].browse(links.mapped("res_id")).exists()
        return lines + [
            {
                **self._prepare_line(partners.browse(link.res_id), link),
                "outcome": "attention",
                "detail": self.env._(
                    "Amounts in %s: activate this currency here.",
                    unknown[link.remote_id],
                ),
            }
            for link in links
            if link.res_id in partners.ids
        ]
