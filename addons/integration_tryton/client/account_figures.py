"""How customers stand (``integration_account_figures/contract.py``).

``receivable`` and ``receivable_today`` are functional fields of the party: the balance of
the receivable accounts, all of it and what is due by the ``date`` in the context
(trytond/modules/account/party.py), of the company of our user. Overdue is what was due
before today, less what was paid since: a payment of today in part has its own date, and
is among what is due by today.

On hold is whose dunning has come to a level that counts as the credit limit reached, unless
it is blocked: then Tryton's own check fails whatever the amount, and with the module
``sale_credit_limit`` it refuses the order (trytond/modules/account_credit_limit/party.py,
``check_credit_limit``).
"""

from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.integration_hub.client import TextMaker

from .protocol import ANY_ACTIVE

_lt = TextMaker(__name__)

CREDIT_LIMIT = "account_credit_limit"
DUNNING = "account_dunning"


class AccountFiguresMixin:
    """``account_figures``: one call for all customers."""

    def account_figures(self, remote_ids):
        ids = sorted({int(remote_id) for remote_id in remote_ids})
        fields = ["receivable", "receivable_today"]
        missing = [_lt("Margin: Tryton keeps none of sales.")]
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
        held = self._find_held(ids, missing)
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
                rows[int(remote_id)],
                due_today[int(remote_id)],
                int(remote_id) in held,
                currency,
                missing,
            )
            if int(remote_id) in rows.keys() & due_today
            else None
            for remote_id in remote_ids
        ]

    def _find_held(self, ids, missing):
        """
        :param list missing: is told where Tryton does not tell it
        :return: set of ids of the parties whose orders are refused
        """
        absent = [name for name in (CREDIT_LIMIT, DUNNING) if name not in self.modules]
        if absent:
            missing.append(
                _lt(
                    "Hold: Tryton has one of customers who were reminded in vain, with"
                    " the modules %(modules)s. Without, only a credit limit that is"
                    " reached asks.",
                    modules=", ".join(absent),
                )
            )
            return set()
        if not self.has_right("account.dunning", "read"):
            missing.append(_lt("Hold: give our user there the group “Dunning”."))
            return set()
        dunnings = self.search_read(
            "account.dunning",
            [
                ["company", "=", self.company_id],
                ["line.party", "in", ids],
                ["level.credit_limit", "=", True],
                ["blocked", "!=", True],
            ],
            ["party"],
        )
        return {row["party"] for row in dunnings}


def _get_figures(row, due_today, is_on_hold, currency, missing):
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
        "is_on_hold": is_on_hold,
        "margin": "",
        "margin_percent": "",
        "missing": missing,
    }
