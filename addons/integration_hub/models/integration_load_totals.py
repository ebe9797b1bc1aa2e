from markupsafe import Markup

from odoo import api, fields, models

from .integration_load import OUTCOMES


class IntegrationLoad(models.Model):
    """What a load comes to: records and money, outcome by outcome."""

    _inherit = "integration.load"

    create_count = fields.Integer("To Create", compute="_compute_outcomes")
    link_count = fields.Integer("To Link", compute="_compute_outcomes")
    change_count = fields.Integer("To Change", compute="_compute_outcomes")
    same_count = fields.Integer("Left Alone", compute="_compute_outcomes")
    attention_count = fields.Integer("Needs Attention", compute="_compute_outcomes")
    has_amounts = fields.Boolean(compute="_compute_outcomes")
    totals_html = fields.Html("Totals", compute="_compute_outcomes", sanitize=False)

    @api.depends_context("lang")
    def _compute_outcomes(self):
        counts, amounts = {}, {}
        for load, outcome, currency, count, amount in self.env[
            "integration.load.line"
        ]._read_group(
            [("load_id", "in", self.ids)],
            ["load_id", "outcome", "currency_id"],
            ["__count", "amount:sum"],
        ):
            key = (load.id, outcome)
            counts[key] = counts.get(key, 0) + count
            if currency:
                amounts.setdefault(load.id, {})[outcome, currency] = amount
        for load in self:
            for outcome, _label in OUTCOMES:
                load[f"{outcome}_count"] = counts.get((load.id, outcome), 0)
            load.has_amounts = load.id in amounts
            load.totals_html = load._render_totals(amounts.get(load.id))

    def _render_totals(self, amounts):
        """Each currency in a column of its own: nothing is added up across them.

        :param dict amounts: ``{(outcome, currency): amount}``; none where no line has one
        """
        if not amounts:
            return False
        currencies = (
            self.env["res.currency"]
            .union(*(currency for _outcome, currency in amounts))
            .sorted("name")
        )
        head = [Markup("<th>%s</th>") % self.env._("Outcome")]
        head += [
            Markup('<th class="text-end">%s</th>') % text
            for text in (self.env._("Records"), *currencies.mapped("name"))
        ]
        body = []
        for outcome, label in (
            self.env["integration.load.line"]
            ._fields["outcome"]
            ._description_selection(self.env)
        ):
            count = self[f"{outcome}_count"]
            if not count:
                continue
            cells = [
                currency.format(amounts[outcome, currency])
                if (outcome, currency) in amounts
                else ""
                for currency in currencies
            ]
            body.append(
                Markup("<tr><td>%s</td>%s</tr>")
                % (
                    label,
                    Markup("").join(
                        Markup('<td class="text-end">%s</td>') % cell
                        for cell in (count, *cells)
                    ),
                )
            )
        return Markup(
            '<table class="table table-sm"><thead><tr>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (Markup("").join(head), Markup("").join(body))
