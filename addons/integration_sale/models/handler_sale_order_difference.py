from itertools import zip_longest

from markupsafe import Markup

from odoo import models

from ..decimals import to_decimal
from ..formats import format_number

# of money whose currency is not known here any more
USUAL_PLACES = 2


class HandlerSaleOrderPush(models.AbstractModel):
    """Ours and the ERP's order side by side."""

    _inherit = "integration.handler.sale_order_push"

    def _render_difference(self, payload, order, lines):
        """Both sides line by line; what is not the same stands out.

        :param dict payload: the order as it was sent (``OrderRequest``)
        :param dict order: as the ERP tells it (``OrderAnswer``)
        :param list lines: its lines (``OrderLineAnswer``)
        :return: Markup, a table
        """
        currency = self.env["res.currency"].browse(payload["currency_id"]).exists()
        places = currency.decimal_places if currency else USUAL_PLACES
        ours = [line for line in payload["lines"] if line["kind"] == "product"]
        rows = Markup("")
        for here, there in zip_longest(ours, lines, fillvalue={}):
            cells = (
                (here.get("quantity"), there.get("quantity"), 0),
                (here.get("unit_price"), there.get("unit_price"), places),
                (here.get("discount"), there.get("discount"), 0),
                (here.get("subtotal"), there.get("total_untaxed"), places),
            )
            description = here.get("description") or there.get("description") or ""
            rows += Markup("<tr%s><td>%s</td>%s</tr>") % (
                ""
                if _is_equal(here.get("subtotal"), there.get("total_untaxed"))
                else Markup(' class="table-warning"'),
                description.split("\n", 1)[0],
                Markup("").join(
                    Markup('<td class="text-end">%s</td><td class="text-end">%s</td>')
                    % (
                        format_number(self.env, ours, least),
                        format_number(self.env, theirs, least),
                    )
                    for ours, theirs, least in cells
                ),
            )
        rows += Markup("").join(
            self._render_total(label, payload[name], order[name], places)
            for label, name in (
                (self.env._("Untaxed"), "total_untaxed"),
                (self.env._("Taxes"), "total_tax"),
                (self.env._("Total"), "total"),
            )
        )
        heads = (
            self.env._("Quantity"),
            self.env._("Unit Price"),
            self.env._("Disc.%"),
            self.env._("Untaxed"),
        )
        return Markup(
            '<table class="table table-sm"><thead><tr><th>%s</th>%s</tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (
            self.env._("Line"),
            Markup("").join(
                Markup('<th class="text-end">%s</th><th class="text-end">%s</th>')
                % (head, self.env._("in ERP"))
                for head in heads
            ),
            rows,
        )

    def _render_total(self, label, here, there, places):
        return Markup(
            '<tr%s><th colspan="7">%s</th><td class="text-end">%s</td>'
            '<td class="text-end">%s</td></tr>'
        ) % (
            "" if _is_equal(here, there) else Markup(' class="table-warning"'),
            label,
            format_number(self.env, here, places),
            format_number(self.env, there, places),
        )


def _is_equal(here, there):
    return (
        here is not None and there is not None and to_decimal(here) == to_decimal(there)
    )
