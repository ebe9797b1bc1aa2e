"""How customers stand (``integration_account_figures/contract.py``)."""

from datetime import date, timedelta

from odoo.addons.integration_hub.client import TextMaker

from .convert import read_id, to_decimal_text, to_id

_lt = TextMaker(__name__)

LIMIT_FIELDS = ("credit_limit", "show_credit_limit", "credit", "credit_to_invoice")
# Whom salespeople are warned of, or kept from choosing ("block"); 19 has only a text left
WARNING_FIELD = "sale_warn"
# until then Odoo grouped by read_group
FORMATTED_SINCE = 19
MARGIN_DAYS = 365


class AccountFigureVerbs:
    """``account_figures``: sums made over there, one call for each.

    The credit limit is Odoo's own (``account_use_credit_limit`` of the company); what
    counts against it is what Odoo counts in its own warning: ``credit`` and
    ``credit_to_invoice`` (``account/models/account_move.py``,
    ``_build_credit_warning_message``). Odoo stops no order by itself: the nearest to a
    hold is the blocking message that a customer could be given until 18.
    """

    def account_figures(self, remote_ids):
        ids = [to_id(remote_id, "customer") for remote_id in remote_ids]
        partners = {
            row["id"]: row
            for row in self.search_read(
                "res.partner",
                [("id", "in", sorted(set(ids)))],
                ["name", WARNING_FIELD, *LIMIT_FIELDS],
                context={"active_test": False},
                purpose="read account figures",
            )
        }
        present = sorted(partners)
        company = self.get_company()
        open_items = [
            ("move_type", "in", ["out_invoice", "out_refund"]),
            ("state", "=", "posted"),
            ("amount_residual", "!=", 0),
            ("company_id", "=", company["id"]),
            ("commercial_partner_id", "in", present),
        ]
        missing, receivable, overdue, margins = [], {}, {}, {}
        if self.has_model("account.move"):
            receivable = self._sum("account.move", open_items, "amount_residual_signed")
            overdue = self._sum(
                "account.move",
                [*open_items, ("invoice_date_due", "<", date.today().isoformat())],
                "amount_residual_signed",
            )
        else:
            missing.append(
                _lt("Receivables: the app Invoicing is not installed there.")
            )
        if self.get_field("sale.report", "margin"):
            margins = self._sum(
                "sale.report",
                [
                    ("state", "in", ["sale", "done"]),
                    ("company_id", "=", company["id"]),
                    ("date", ">=", _get_margin_start()),
                    ("commercial_partner_id", "in", present),
                ],
                "margin",
                "price_subtotal",
            )
        else:
            missing.append(_lt("Margin: install the app Margins (sale_margin) there."))
        missing += self._list_missing_limits(partners.values())
        return [
            self._get_figures(
                partners[party_id],
                receivable.get(party_id, [0.0])[0],
                overdue.get(party_id, [0.0])[0],
                margins.get(party_id),
                missing,
            )
            if party_id in partners
            else None
            for party_id in ids
        ]

    def _list_missing_limits(self, partners):
        """:return: list of texts: what of limit and hold it does not tell, and why"""
        missing = []
        if not self.get_field("res.partner", WARNING_FIELD):
            missing.append(
                _lt(
                    "Hold: Odoo knows none since 19. Only a credit limit that is"
                    " reached asks."
                )
            )
        has_limit = any(row.get("credit_limit") for row in partners)
        if not self.get_field("res.company", "account_use_credit_limit"):
            if not has_limit:
                missing.append(
                    _lt(
                        "Credit limit: this version of Odoo keeps none (it does since 16)."
                    )
                )
        elif not self.get_field("res.partner", "credit_limit"):
            missing.append(
                _lt(
                    "Credit limit: give our user there a right on invoicing"
                    " (group “Invoicing” or “Show Accounting Features -"
                    " Readonly”)."
                )
            )
        elif not all(row.get("show_credit_limit", True) for row in partners):
            missing.append(
                _lt(
                    "Credit limit: switch on “Sales Credit Limit” in the"
                    " accounting settings there."
                )
            )
        return missing

    def _get_figures(self, partner, receivable, overdue, margin, missing):
        limit = (
            partner.get("credit_limit") if partner.get("show_credit_limit", True) else 0
        )
        used = receivable
        if "credit" in partner:
            used = (partner["credit"] or 0) + (partner.get("credit_to_invoice") or 0)
        margin, turnover = margin or (None, None)
        return {
            "currency": self._get_company_currency(),
            "receivable": to_decimal_text(receivable, 2),
            # credit notes past their date make it no less than nothing
            "overdue": to_decimal_text(max(overdue, 0.0), 2),
            "credit_limit": to_decimal_text(limit, 2) if limit else "",
            "credit_used": to_decimal_text(used, 2),
            "is_on_hold": partner.get(WARNING_FIELD) == "block",
            "margin": "" if margin is None else to_decimal_text(margin, 2),
            "margin_percent": to_decimal_text(100 * margin / turnover, 1)
            if margin is not None and turnover
            else "",
            "missing": missing,
        }

    def _sum(self, model, domain, *names):
        """:return: ``{commercial partner id: [sums]}``"""
        group = "commercial_partner_id"
        if self.major_version >= FORMATTED_SINCE:
            rows = self.call(
                model,
                "formatted_read_group",
                domain=domain,
                groupby=[group],
                aggregates=[f"{name}:sum" for name in names],
            )
            suffix = ":sum"
        else:
            rows = self.call(
                model, "read_group", domain=domain, fields=[*names], groupby=[group]
            )
            suffix = ""
        return {
            read_id(row, group): [row[f"{name}{suffix}"] or 0.0 for name in names]
            for row in rows
        }


def _get_margin_start():
    return (date.today() - timedelta(days=MARGIN_DAYS)).isoformat()
