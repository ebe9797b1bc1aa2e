from odoo import api, models
from odoo.exceptions import UserError

# of a snapshot, the addresses by what they are for
ADDRESSES = ("invoice", "delivery", "contact")


class IntegrationErpOrder(models.Model):
    """An order is looked at once more: it is compared again, and confirmed where it fits or
    its difference was accepted. The job that made it may be gone by then, as old ones are;
    what was sent is kept on the order itself."""

    _inherit = "integration.erp.order"

    # -- actions ----------------------------------------------------------------------

    def action_accept_difference(self):
        """The ERP's total is right: confirm the order there as it is.

        :raise UserError: it would have to be confirmed, and can't be from here
        """
        self.ensure_one()
        # an order whose deal is gone has no opportunity to go by
        self.check_access("read")
        self.lead_id.check_access("write")
        # sudo: checked by the right on the opportunity
        order = self.sudo()
        order.difference_state = "accepted"
        if order.state == "draft":
            order._look_again_or_tell()
        order.lead_id._update_integration_status()
        return True

    def action_send_again(self):
        """Somebody mended the draft there: look at it again, and confirm it if it fits.

        :raise UserError: it can't be looked at from here
        """
        self.ensure_one()
        # an order whose deal is gone has no opportunity to go by
        self.check_access("read")
        self.lead_id.check_access("write")
        # sudo: checked by the right on the opportunity
        self.sudo()._look_again_or_tell()
        return True

    def _look_again_or_tell(self):
        if self._look_again("asked for"):
            return
        raise UserError(
            self.env._(
                "What was sent to %(system)s for %(order)s is no longer known here, so the"
                " order can't be compared or confirmed from here. Confirm it in %(system)s:"
                " that it is comes back by itself. Then accept its total here.",
                system=self.connector_name,
                order=self.display_name,
            )
        )

    # -- events -----------------------------------------------------------------------

    def _confirm_again(self, flow, jobs):
        """Have those confirmed whose deal was reopened before they were, and is won again.

        :param jobs: what is on its way already
        """
        if flow.confirm_policy == "never":
            return
        on_their_way = set(jobs.mapped("idempotency_key"))
        drafts = self.filtered(
            lambda order: (
                order.state == "draft"
                and order.difference_state != "open"
                and order.key not in on_their_way
                and not order._get_deviation()
            )
        )
        made = drafts._find_jobs()
        for order in drafts:
            # one that is being settled has its outcome
            if order.key not in made or made[order.key].state != "running":
                order._look_again("won again")

    # -- to the queue -----------------------------------------------------------------

    @api.private
    def _look_again(self, trigger):
        """Queue that the order is looked up, compared and confirmed.

        :param str trigger: what asks for it
        :return: the job; none where it is not known any more what was sent, or where no
            flow sends orders to this ERP
        """
        self.ensure_one()
        Job = self.env["integration.job"]
        flow, job = self._get_push_flow(), self._find_job()
        payload = self._prepare_sent_again()
        if not flow or not (job or payload):
            return Job
        changes = {
            **(payload or {}),
            "accept_difference": self.difference_state == "accepted",
        }
        if job:
            return job._queue_again(changes, trigger=trigger)
        customer = payload.get("party", {}).get("name") or self.partner_id.name or ""
        return Job._enqueue(
            flow,
            [
                {
                    "operation": "push",
                    "name": f"{payload['number']} · {customer}",
                    "record": self.lead_id or None,
                    "payload": changes,
                    "idempotency_key": self.key,
                    "trigger": trigger,
                    "is_urgent": True,
                }
            ],
        )

    def _get_push_flow(self):
        return self.flow_id or self.connector_id._get_flow("sale_order_push")

    def _find_job(self):
        """:return: the last job that made or compared the order, for as long as it is
        kept"""
        self.ensure_one()
        return self._find_jobs().get(self.key, self.env["integration.job"])

    def _find_jobs(self):
        """:return: dict ``{key: the last job}``"""
        if not self:
            return {}
        jobs = self.env["integration.job"].search(
            [
                ("flow_id", "in", [order._get_push_flow().id for order in self]),
                ("idempotency_key", "in", self.mapped("key")),
            ],
            order="id",
        )
        return {job.idempotency_key: job for job in jobs}

    def _prepare_sent_again(self):
        """What was sent last, with the customer as it stands now.

        :return: dict, a snapshot (see ``integration.payload``), or None where that is not
            known any more
        """
        self.ensure_one()
        payload = self.sent_payload
        if not payload:
            # made before snapshots were kept
            return self._take_full_snapshot() if self._is_as_it_was_sent() else None
        Partner = self.env["res.partner"]
        # merged since, it is the one that has stayed
        customer = Partner.browse(payload["partner_id"]).exists() or self.partner_id
        if not customer:
            # deleted: the job says so
            return payload
        addresses = {
            kind: Partner.browse(payload[f"{kind}_partner_id"] or ()).exists()
            or customer
            for kind in ADDRESSES
        }
        payloads = self.env["integration.payload"].with_company(self.company_id)
        return {**payload, **payloads._prepare_party(customer, addresses)}

    def _is_as_it_was_sent(self):
        has_content = self.lead_id and (self.sale_order_ids or self.lead_id.partner_id)
        return has_content and self.sent_hash == self._get_content_hash()

    def _take_full_snapshot(self):
        """:return: dict, what would be sent now"""
        self.ensure_one()
        return self.env["integration.payload"]._prepare_order(
            self.lead_id.with_company(self.company_id),
            self._get_content_orders(),
            self.key,
        )
