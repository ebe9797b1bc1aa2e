"""How customers stand (``integration_account_figures/contract.py``).

``receivable`` and ``receivable_today`` are functional fields of the party: the balance of
the receivable accounts, all of it and what is due by the ``date`` in the context
(trytond/modules/account/party.py), of the company of our user. Overdue is what was due
before today, less what was paid since: a payment of today in part has its own date, and
is among what is due by today.
"""

from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.integration_hub.client import TextMaker

from .protocol import ANY_ACTIVE

_lt = TextMaker(__name__)

CREDIT_LIMIT = "account_credit_limit"


class AccountFiguresMixin:
    """``account_figures``: one call for all customers."""

    def account_figures(self, remote_ids):
        ids = sorted({int(remote_id) for remote_id in remote_ids})
        fields = ["receivable", "receivable_today"]
        missing = [_lt("Margin: Tryton does not tell it.")]
        has_limit = CREDIT_LIMIT in self.modules
        if has_limit:
            fields += ["credit_limit_amount", "credit_amount"]
        else:
            missing.append(
                _lt(
                    "Credit limit: activate the module %(module)s in Tryton.",
                    module=CREDIT_LIMIT,
                )
            )
        today = date.today()
        rows, due_today = (
            {
                row["id"]: row
                for row in self.search_read(
                    "party.party",
                    [["id", "in", ids], ANY_ACTIVE],
                    names,
                    context={"date": day},
                )
            }
            for names, day in (
                (fields, today - timedelta(days=1)),
                (["receivable_today"], today),
            )
        )
        currency = self._get_company_currency()
        return [
            _get_figures(
                rows[int(remote_id)], due_today[int(remote_id)], currency, missing
            )
            if int(remote_id) in rows.keys() & due_today
            else None
            for remote_id in remote_ids
        ]


def _get_figures(row, due_today, currency, missing):
    overdue, due = (item["receivable_today"] or Decimal(0) for item in (row, due_today))
    receivable = row["receivable"] or Decimal(0)
    limit = row.get("credit_limit_amount")
    used = row.get("credit_amount")
    return {
        "currency": currency,
        "receivable": str(receivable),
        # credits that are due make it no less than nothing
        "overdue": str(max(min(overdue, due), Decimal(0))),
        "credit_limit": "" if limit is None else str(limit),
        "credit_used": str(receivable if used is None else used),
        "is_on_hold": False,
        "margin": "",
        "margin_percent": "",
        "missing": missing,
    }
