from odoo import models


class HandlerCustomerPush(models.AbstractModel):
    """Customers that were merged here while they were on their way."""

    _inherit = "integration.handler.customer_push"

    def _apply_found(self, flow, results):
        """What was found or made there belongs to the contact that stays."""
        gone = self.env["res.partner"].browse(
            {job.res_id for job, _answer in results if job.payload.get("survivor_id")}
        )
        gone -= gone.exists()
        staying = []
        for job, answer in results:
            survivor = gone.browse(
                job.res_id in gone.ids and job.payload["survivor_id"]
            ).exists()
            if survivor and answer.get("remote_id"):
                self._hand_over(flow, job, answer, survivor.commercial_partner_id)
            else:
                staying.append((job, answer))
        return super()._apply_found(flow, staying) if staying else {}

    def _hand_over(self, flow, job, answer, survivor):
        """As if it had been linked before the two were merged."""
        external_ids = self.env["integration.external.id"]
        connector, remote_id = flow.connector_id, answer["remote_id"]
        link = external_ids._find(connector, "party", survivor)
        taken = external_ids.search_count(
            [
                ("connector_id", "=", connector.id),
                ("kind", "like", "party"),
                ("remote_id", "=", remote_id),
            ]
        )
        if not taken:
            external_ids._bind(
                connector,
                f"merged party {job.res_id}" if link else "party",
                [
                    (
                        survivor,
                        {
                            "remote_id": remote_id,
                            "remote_number": answer.get("number"),
                            "remote_url": answer.get("url"),
                            "sent_at": self.env.cr.now(),
                        },
                    )
                ],
            )
            if link:
                survivor._tell_merged(
                    link,
                    external_ids._find(
                        connector, f"merged party {job.res_id}", survivor
                    ),
                )
        # what is there is of the one that is gone
        survivor._push_customers("merged", flow)
