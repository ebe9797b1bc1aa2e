from odoo import models

from ..order_keys import is_clash
from .handler_sale_status_pull import _get_fingerprint


class HandlerSaleStatusPull(models.AbstractModel):
    """Orders of other deals, under the ids of ours."""

    _inherit = "integration.handler.sale_status_pull"

    def _find_strangers(self, fresh):
        """:return: list of those of ``fresh`` under whose ids another deal's order is found"""
        return [
            order
            for order, status in fresh.items()
            if is_clash(status.get("key"), order.key)
        ]

    def _set_strangers_aside(self, fresh):
        """Take out what is another deal's, and ask a person; see ``order_keys.py``.

        :param dict fresh: ``{integration.erp.order: OrderStatus}``, changed in place
        """
        texts = self.env["integration.change.text"]
        asked = back = self.env["integration.erp.order"]
        strangers = self._find_strangers(fresh)
        for order, status in list(fresh.items()):
            if order in strangers:
                message = texts._get_clash_message(order, status["key"])
                order.write(
                    {
                        # looked at once, until it changes there
                        "received_hash": _get_fingerprint(status),
                        **order._prepare_left("clash", message),
                    }
                )
                asked |= order
                del fresh[order]
            elif order.left_operation == "clash":
                back |= order
        if back:
            # the right system answers again: nobody has to look any more
            back.write(back._prepare_left())
            won = back.lead_id.filtered(lambda lead: lead.won_status == "won")
            won._compare_with_sent()
        if asked:
            self.env["integration.handler.sale_change_push"]._ask_people(asked)
