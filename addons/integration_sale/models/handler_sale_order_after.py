from odoo import models

from ..const import PROBLEM_STATES


class HandlerSaleOrderPush(models.AbstractModel):
    """What later changes of the deal are compared with is kept."""

    _inherit = "integration.handler.sale_order_push"

    def _prepare_erp_order(self, flow, payload, answer, currencies, existing, known):
        if known.sent_payload:
            # looked at once more, not sent: our last word is still that of before
            payload = {**payload, **known.sent_payload}
        values = super()._prepare_erp_order(
            flow, payload, answer, currencies, existing, known
        )
        if known.sent_payload:
            # quotations that were linked to it since stay so
            del values["sent_hash"], values["sale_order_ids"]
            return values
        values["sent_payload"] = {
            name: payload[name]
            for name in payload
            if name not in ("party", "accept_difference")
        }
        line_ids = answer["order"].get("line_ids") or []
        if len(line_ids) == len(payload["lines"]):
            keys = [line["key"] for line in payload["lines"]]
            values["remote_line_ids"] = dict(zip(keys, line_ids, strict=True))
        return values

    def _point_out_lost(self, leads):
        """Lost or reopened while the order was being made."""
        lost = leads.filtered(lambda lead: lead.won_status != "won")
        if lost:
            lost._handle_unwanted_orders()

    def _see_to_orphans(self, orders):
        orders._see_to_orphans()
        return super()._see_to_orphans(orders)

    def _on_problem(self, flow, failures):
        """What was put right while it was on its way goes now: nobody need be told of what
        is mended already."""
        jobs = self.env["integration.job"].union(*(job for job, _error in failures))
        self._send_put_right(jobs - jobs._filter_undecided())
        still = [item for item in failures if item[0].state in PROBLEM_STATES]
        return super()._on_problem(flow, still)

    def _send_put_right(self, jobs):
        leads = self.env["crm.lead"].browse(set(jobs.mapped("res_id"))).exists()
        again = leads.filtered("integration_recheck")
        again._write_quietly({"integration_recheck": False})
        again._check_changed_content()

    def _on_not_found(self, flow, jobs):
        """Won again, or changed, while it was looked up: that is sent after all."""
        result = super()._on_not_found(flow, jobs)
        leads = self.env["crm.lead"].browse(set(jobs.mapped("res_id"))).exists()
        again = leads.filtered("integration_recheck")
        again._write_quietly({"integration_recheck": False})
        again._push_won("won")
        return result
