from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.integration_hub.models.integration_job import OPEN_STATES

from ..values import to_text
from .integration_complaint import CLOSED_STATES

KEY_LETTER = "C"
# what is to be seen to about a complaint's way to the ERP
ACTIVITY = "mail.mail_activity_data_warning"


class IntegrationComplaint(models.Model):
    """A complaint's way to the ERP."""

    _inherit = "integration.complaint"

    is_being_read = fields.Boolean(compute="_compute_is_being_read")

    def _compute_is_being_read(self):
        # sudo: the queue's rows are not the salesperson's, this fact is
        groups = (
            self.env["integration.job"]
            .sudo()
            ._read_group(
                [
                    ("flow_id.code", "=", "complaint_pull"),
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("state", "in", ("waiting", "running", "retrying")),
                ],
                ["res_id"],
            )
        )
        being_read = {complaint_id for (complaint_id,) in groups}
        for complaint in self:
            complaint.is_being_read = complaint.id in being_read

    # -- actions ----------------------------------------------------------------------

    def action_send(self):
        """To the ERP; once there, changes go over by themselves."""
        self.check_access("write")
        ours = self.filtered(lambda item: item.origin == "crm")
        for complaint in ours.filtered(lambda item: not item.remote_id):
            if complaint.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%s was withdrawn. Set it to draft first, then send it.",
                        complaint.display_name,
                    )
                )
            # sudo: which ERP it goes to is decided, not read, by the salesperson
            mine = complaint.sudo()
            if (
                complaint.sync_state == "none"
                and mine.connector_id not in complaint._find_connectors()
            ):
                # written down before there was one, or for one that is gone
                mine.connector_id = complaint._find_connector()
            if not mine.connector_id:
                raise UserError(
                    self.env._("Choose the ERP this complaint goes to.")
                    if complaint.has_erp_choice
                    else self.env._(
                        "No connector takes complaints of this company. Ask your"
                        " administrator to connect the ERP and to switch the flow"
                        " “Complaints” on."
                    )
                )
        ours._check_flow_is_on()
        # a withdrawal that was refused is given up, and must not hold this up
        ours._find_jobs("withdraw", ("attention", "failed"))._cancel()
        ours._enqueue_push("sent")
        return True

    def action_withdraw(self):
        """Cancelled there where that is still possible; a draft is cancelled here."""
        self.check_access("write")
        pushes = self._find_jobs("push", OPEN_STATES)
        # of these something may be over there, or on its way
        uncertain = pushes.filtered(lambda job: job.sent_at or job.unsettled_until)
        drafts = self.filtered(
            lambda item: (
                not item.remote_id
                and item.sync_state != "waiting"
                and item.id not in uncertain.mapped("res_id")
            )
        )
        (self - drafts)._check_flow_is_on()
        # else what waits for a mapping, say, would go over once there is one; a call whose
        # answer was lost is brought to its end
        pushes.filtered(
            lambda job: not job.unsettled_until or job.state in ("attention", "failed")
        )._cancel()
        # sudo: states are the flow's to write; the right to the complaint was checked
        drafts.sudo().write(
            {"state": "cancelled", "sync_state": "none", "sync_message": False}
        )
        drafts.sudo().activity_unlink([ACTIVITY], only_automated=True)
        (self - drafts)._enqueue_withdrawal()
        return True

    def action_read_from_erp(self):
        """Have the state read now: a job does it, and the form shows what comes."""
        self.check_access("read")
        if not self._enqueue_read("asked"):
            raise UserError(self.env._("This complaint is not in the ERP yet."))
        return True

    def action_open_remote(self):
        self.ensure_one()
        if not self.remote_url:
            raise UserError(self.env._("There is nothing over there to open yet."))
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}

    def action_view_timeline(self):
        """Everything sent and received for it; for managers."""
        self.ensure_one()
        return self.env["integration.timeline"]._get_action(
            self.display_name, [(self._name, self.ids)]
        )

    def action_back_to_draft(self):
        """A complaint that was withdrawn before it was sent is written anew."""
        self.check_access("write")
        mine = self.filtered(
            lambda item: item.state == "cancelled" and not item.remote_id
        )
        # sudo: see action_withdraw
        mine.sudo().state = "draft"
        return True

    # -- to the queue -----------------------------------------------------------------

    def _check_flow_is_on(self):
        """:raise UserError: what is queued now would never go over"""
        # sudo: see action_send
        for connector in self.sudo().connector_id:
            if not connector.active or not connector._get_flow("complaint_push"):
                raise UserError(
                    self.env._(
                        "Complaints no longer go to %s. Ask your administrator to switch"
                        " its flow “Complaints” on, then try again.",
                        connector.name,
                    )
                )

    def _find_jobs(self, operation, states):
        """Those of these complaints in the queue, as superuser."""
        # sudo: see _compute_is_being_read
        return (
            self.env["integration.job"]
            .sudo()
            .search(
                [
                    ("flow_id.code", "=", "complaint_push"),
                    ("operation", "=", operation),
                    ("state", "in", states),
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                ]
            )
        )

    @api.private
    def _get_key(self):
        """What the ERP knows it by."""
        self.ensure_one()
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        return f"{prefix}{KEY_LETTER}{self.id}"

    @api.model
    @api.private
    def _find_by_keys(self, keys):
        """:return: dict ``{key: complaint}`` of those of this database"""
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        ids = {
            key: int(key[len(prefix) + 1 :])
            for key in keys
            if key.startswith(f"{prefix}{KEY_LETTER}")
            and key[len(prefix) + 1 :].isdecimal()
        }
        there = self.with_context(active_test=False).search(
            [("id", "in", [*ids.values()])]
        )
        by_id = {complaint.id: complaint for complaint in there.with_env(self.env)}
        return {
            key: by_id[complaint_id]
            for key, complaint_id in ids.items()
            if complaint_id in by_id
        }

    def _send_changes(self):
        """What is over there, or on its way, is sent again when it changes here."""
        self.filtered(
            lambda item: (
                item.origin == "crm"
                and (item.remote_id or item.sync_state in ("waiting", "attention"))
                and item.state not in CLOSED_STATES
            )
        )._enqueue_push("changed")

    @api.private
    def _enqueue_push(self, trigger):
        # sudo: who may write a complaint may have it sent
        Job = self.env["integration.job"].sudo()
        for connector, complaints in self.sudo().grouped("connector_id").items():
            flow = connector._get_flow("complaint_push") if connector else None
            if not flow:
                continue
            Job._enqueue(
                flow,
                [
                    {
                        "operation": "push",
                        "name": complaint.display_name,
                        "record": complaint,
                        "payload": complaint._prepare_snapshot(),
                        "idempotency_key": complaint._get_key(),
                        "trigger": trigger,
                    }
                    for complaint in complaints
                ],
            )

    def _enqueue_withdrawal(self):
        # sudo: see _enqueue_push
        Job = self.env["integration.job"].sudo()
        for connector, complaints in self.sudo().grouped("connector_id").items():
            flow = connector._get_flow("complaint_push") if connector else None
            if flow:
                Job._enqueue(
                    flow,
                    [
                        {
                            "operation": "withdraw",
                            "name": complaint.display_name,
                            "record": complaint,
                            "payload": {"key": complaint._get_key()},
                            "idempotency_key": f"{complaint._get_key()}:withdraw",
                            "trigger": "withdrawn",
                        }
                        for complaint in complaints
                    ],
                )

    @api.private
    def _enqueue_read(self, trigger):
        """:return: the jobs, empty where nothing of ``self`` is over there"""
        # sudo: who may see a complaint may have its state read
        Job = self.env["integration.job"].sudo()
        jobs = Job
        known = self.sudo().filtered("remote_id")
        for connector, complaints in known.grouped("connector_id").items():
            flow = connector._get_flow("complaint_pull")
            if flow:
                jobs |= Job._enqueue(
                    flow,
                    [
                        {
                            "operation": "read",
                            "name": complaint.display_name,
                            "record": complaint,
                            "payload": {"remote_ids": [complaint.remote_id]},
                            "idempotency_key": f"read-{complaint.remote_id}",
                            # somebody looks at the screen
                            "priority": 5,
                            "trigger": trigger,
                        }
                        for complaint in complaints
                    ],
                )
        return jobs

    # -- what is sent -----------------------------------------------------------------

    @api.private
    def _prepare_snapshot(self):
        """All of it in words and our own ids, JSON-safe."""
        self.ensure_one()
        return {
            "key": self._get_key(),
            "customer": self.commercial_partner_id.display_name,
            "subject": self.subject,
            "text": self._get_text(),
            "kind": self.kind_id.name,
            "wish": self.wish,
            "product": self.product_id.display_name or "",
            "quantity": to_text(self.quantity) if self.product_id else "",
            "order": self.sale_order_id.name or "",
            "date": fields.Date.to_string(self.date),
        }

    def _get_text(self):
        """What the people in the ERP read: what the fields there have no place for is
        told in words."""
        self.ensure_one()
        # one language per ERP, whoever makes it: another one would be a change.
        # sudo: see action_send
        company = self.sudo().connector_id.company_id or self.company_id
        self = self.with_context(lang=company.sudo().partner_id.lang)
        wishes = dict(self._fields["wish"]._description_selection(self.env))
        lines = [
            self.subject,
            self.env._(
                "%(kind)s. The customer wants: %(wish)s.",
                kind=self.kind_id.name,
                wish=wishes[self.wish],
            ),
        ]
        if self.product_id:
            lines.append(
                self.env._(
                    "Product: %(product)s, %(quantity)s %(unit)s",
                    product=self.product_id.display_name,
                    quantity=to_text(self.quantity),
                    unit=self.product_uom_id.name,
                )
            )
        if self.sale_order_id:
            lines.append(self.env._("Order: %s", self.sale_order_id.name))
        if self.partner_id != self.commercial_partner_id:
            lines.append(self.env._("Reported by: %s", self.partner_id.name))
        lines.append(
            self.env._(
                "Reported on %(date)s to %(salesperson)s (%(number)s)",
                date=fields.Date.to_string(self.date),
                salesperson=self.user_id.name or self.env._("nobody"),
                number=self.name,
            )
        )
        return "\n".join([*lines, "", self.description or ""]).strip()
