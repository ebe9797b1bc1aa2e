from odoo import api, models
from odoo.exceptions import UserError


class HandlerCustomerPush(models.AbstractModel):
    """A person said which of several customers over there is ours."""

    _inherit = "integration.handler.customer_push"

    @api.private
    def _take_candidate(self, flow, job, candidate):
        """The chosen one is this customer from now on; what waits goes on.

        :raise UserError: it is linked to another contact here
        """
        external_ids = self.env["integration.external.id"].sudo()
        taken = external_ids._get_local_ids(
            flow.connector_id, "party", "res.partner", [candidate["id"]]
        )
        owner_id = taken.get(candidate["id"], job.res_id)
        if owner_id != job.res_id:
            raise UserError(
                self.env._(
                    "%(customer)s in the other system is linked to another contact here:"
                    " %(contact)s. Merge the two contacts first, or choose another one.",
                    customer=candidate.get("name"),
                    # sudo: the name alone
                    contact=self.env["res.partner"]
                    .sudo()
                    .browse(owner_id)
                    .display_name,
                )
            )
        external_ids._bind(
            flow.connector_id,
            "party",
            [
                (
                    self.env["res.partner"].browse(job.res_id),
                    {
                        "remote_id": candidate["id"],
                        "remote_number": candidate.get("number"),
                        "remote_url": candidate.get("url"),
                    },
                )
            ],
        )
        job._queue_again({})

    @api.private
    def _take_none(self, flow, job):
        """Those that were offered are not it; others may still turn up."""
        candidates = (job.error_detail or {}).get("candidates") or []
        job._queue_again(
            {
                "is_new": True,
                "ruled_out": [
                    *job.payload.get("ruled_out", []),
                    *(candidate["id"] for candidate in candidates),
                ],
            }
        )
