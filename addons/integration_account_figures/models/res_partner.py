from odoo import api, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "integration.account.figures.mixin"]

    def _get_account_customer(self):
        self.ensure_one()
        return self.commercial_partner_id

    @api.private
    def _enqueue_account_figures(self, trigger):
        """Queue the reading of these customers' figures, at each ERP that knows them.

        :return: number of jobs
        """
        links = self.env["integration.external.id"]._read_group(
            [
                ("kind", "=", "party"),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("connector_id.state", "=", "running"),
            ],
            ["connector_id"],
            ["res_id:array_agg"],
        )
        jobs = self.env["integration.job"]
        for connector, partner_ids in links:
            flow = connector._get_flow("account_figures_pull")
            if not flow:
                continue
            jobs |= jobs._enqueue(
                flow,
                [
                    {
                        "operation": "read",
                        "name": partner.display_name or "",
                        "record": partner,
                        "payload": {"partner_id": partner.id},
                        "idempotency_key": f"figures-{partner.id}",
                        # somebody looks at the screen
                        "priority": 5,
                        "trigger": trigger,
                    }
                    for partner in self.browse(partner_ids)
                ],
            )
        return len(jobs)
