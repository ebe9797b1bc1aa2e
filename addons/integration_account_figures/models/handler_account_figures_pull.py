from odoo import models

from odoo.addons.integration_hub.client import TextMaker, ValidationError

_lt = TextMaker(__name__)


class HandlerAccountFiguresPull(models.AbstractModel):
    """Reads how linked customers stand in the ERP (ERP-11): page by page on schedule
    (``pull``), one by one when a person asks (``read``)."""

    _name = "integration.handler.account_figures_pull"
    _description = "Account Figures from the ERP"
    _inherit = ["integration.handler.read.load"]

    # -- the three steps --------------------------------------------------------------

    def _prepare(self, flow, jobs):
        if jobs[0].operation == "read":
            return self._prepare_read(flow, jobs)
        links = self.env["integration.external.id"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("kind", "=", "party"),
                ("res_model", "=", "res.partner"),
                ("id", ">", int(flow.cursor or 0)),
            ],
            order="id",
            limit=flow._get_batch_size(),
        )
        is_last = len(links) < flow._get_batch_size()
        request = {
            "remote_ids": links.mapped("remote_id"),
            "cursor": "" if is_last else str(links[-1].id),
        }
        return dict.fromkeys(jobs, request)

    def _prepare_read(self, flow, jobs):
        remote_ids = self.env["integration.external.id"]._get_remote_ids(
            flow.connector_id,
            "party",
            self.env["res.partner"].browse(jobs.mapped("res_id")),
        )
        return {
            job: {"remote_ids": [remote_ids[job.res_id]], "cursor": None}
            if job.res_id in remote_ids
            else ValidationError(_lt("The customer is no longer linked to the ERP."))
            for job in jobs
        }

    @staticmethod
    def _call(client, requests):
        # all that was asked for at the same time in one go
        remote_ids = list(
            dict.fromkeys(
                item for request in requests for item in request["remote_ids"]
            )
        )
        figures = client.account_figures(remote_ids) if remote_ids else []
        found = dict(zip(remote_ids, figures, strict=True))
        return [
            {
                "figures": {item: found[item] for item in request["remote_ids"]},
                "cursor": request["cursor"],
            }
            for request in requests
        ]

    def _apply(self, flow, results):
        for _job, answer in results:
            self._write_figures(flow, answer["figures"])
            if answer["cursor"] is None:
                continue
            flow.cursor = answer["cursor"] or False
            if answer["cursor"]:
                flow._enqueue_pull()
            else:
                flow.write(
                    {
                        "last_run": self.env.cr.now(),
                        "last_message": self.env._(
                            "%s customers read",
                            self.env["integration.account.figure"].search_count(
                                [("connector_id", "=", flow.connector_id.id)]
                            ),
                        ),
                    }
                )

    def _write_figures(self, flow, figures):
        connector = flow.connector_id
        Figure = self.env["integration.account.figure"]
        partner_ids = self.env["integration.external.id"]._get_local_ids(
            connector, "party", "res.partner", figures
        )
        existing = Figure.search(
            [
                ("connector_id", "=", connector.id),
                ("partner_id", "in", list(partner_ids.values())),
            ]
        ).grouped("partner_id")
        partners = self.env["res.partner"].browse(partner_ids.values()).exists()
        currencies = self._get_currencies(figures)
        missing, to_create = {}, []
        for remote_id, values in figures.items():
            partner = partners.browse(partner_ids.get(remote_id))
            if partner not in partners:
                continue
            known = existing.get(partner, Figure)
            if values is None:
                # gone over there: what was read of it is no longer true
                known.unlink()
                continue
            missing |= dict.fromkeys(values["missing"])
            currency = currencies.get(values["currency"])
            if not currency:
                missing[
                    self.env._(
                        "Amounts in %s: activate this currency here.",
                        values["currency"],
                    )
                ] = None
                continue
            vals = self._prepare_figure(values, currency)
            if known:
                known.write(vals)
            else:
                to_create.append(
                    {**vals, "connector_id": connector.id, "partner_id": partner.id}
                )
        Figure.create(to_create)
        text = "\n".join(missing) or False
        if figures and flow.figures_missing != text:
            flow.figures_missing = text
        # one message for all of them; browsers that show one of them load it again
        self.env.ref("integration_hub.group_integration_user")._bus_send(
            "integration_account_figures.read", {"partner_ids": partners.ids}
        )

    def _prepare_figure(self, values, currency):
        def amount(name):
            return currency.round(float(values[name] or 0))

        return {
            "currency_id": currency.id,
            "receivable": amount("receivable"),
            "overdue": amount("overdue"),
            "has_credit_limit": bool(values["credit_limit"]),
            "credit_limit": amount("credit_limit"),
            "credit_used": amount("credit_used"),
            "is_on_hold": values["is_on_hold"],
            "has_margin": bool(values["margin"]),
            "margin": amount("margin"),
            "margin_percent": float(values["margin_percent"] or 0),
            "read_at": self.env.cr.now(),
        }

    def _get_currencies(self, figures):
        codes = {values["currency"] for values in figures.values() if values}
        return {
            currency.name: currency
            for currency in self.env["res.currency"].search(
                [("name", "in", list(codes))]
            )
        }
