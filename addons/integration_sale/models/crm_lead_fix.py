from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..const import PROBLEM_STATES

MANAGER = "integration_hub.group_integration_manager"
# what a button can do about each kind of error; others can only be tried again
FIX_BY_ERROR = {"mapping": "map", "ambiguous_match": "choose_customer"}
FIX_BY_ISSUE = {
    "nothing": "send",
    "customer": "send",
    "merge": "send",
    "refused": "send",
    "choose": "choose_quotation",
    "changed": "acknowledge",
    "reopened": "acknowledge",
}


class CrmLead(models.Model):
    """The button that brings a stuck deal forward."""

    _inherit = "crm.lead"

    integration_fix = fields.Char(
        compute="_compute_integration_fix",
        help="What the button does: send, choose_quotation, choose_customer, map, retry,"
        " difference or acknowledge; empty where there is nothing to mend, or where the"
        " user has no right to.",
    )
    integration_asked = fields.Char("Who Was Asked", compute="_compute_integration_fix")

    @api.depends("integration_status", "integration_issue", "integration_message")
    @api.depends_context("uid")
    def _compute_integration_fix(self):
        is_manager = self.env.user.has_group(MANAGER)
        for lead in self:
            lead.integration_asked = False
            if lead.integration_status != "attention":
                lead.integration_fix = False
                continue
            # sudo: the queue is not the salesperson's to read, what to do about it is
            fix, record = lead.sudo()._find_fix()
            if (
                fix in ("map", "retry")
                and not is_manager
                and (fix == "map" or record.error_kind != "validation")
            ):
                person = record.connector_id._get_person_in_charge()
                lead.integration_asked = person.name
                fix = False
            lead.integration_fix = fix

    def _find_fix(self):
        """:return: tuple (what can be done, the record it is done on)"""
        self.ensure_one()
        if self.integration_issue:
            return FIX_BY_ISSUE[self.integration_issue], self
        if problem := self._get_problem_jobs()[:1]:
            return FIX_BY_ERROR.get(problem.error_kind, "retry"), problem
        return "difference", self.erp_order_ids.filtered(
            lambda order: order.difference_state == "open" and order._is_live()
        )[:1]

    def _get_problem_jobs(self):
        jobs = self._get_shown_jobs()
        return (jobs | jobs.blocked_by_id).filtered(
            lambda job: job.state in PROBLEM_STATES
        )

    @api.private
    def _get_problem_message(self, person):
        """What stands in the way, as the deal shows it; what a job was refused for is said
        in the language of whoever is asked.

        :param person: ``res.users``"""
        for job in self._get_problem_jobs():
            if job.error_message == self.integration_message:
                return job._get_error_message(person)
        return self.integration_message

    # -- actions ----------------------------------------------------------------------

    def action_fix_integration(self):
        """Do what the button promises; see ``integration_fix``."""
        self.ensure_one()
        self.check_access("write")
        fix = self.integration_fix
        if not fix:
            if self.integration_asked:
                raise AccessError(
                    self.env._(
                        "%s has been asked to mend this.", self.integration_asked
                    )
                )
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return getattr(self, f"_fix_by_{fix}")()

    def _fix_by_send(self):
        # sudo: see _handle_won_lost
        self.sudo()._push_won("sent again")
        if self.integration_issue:
            raise UserError(self.integration_issue_message)
        return True

    def _fix_by_choose_quotation(self):
        return self.env["integration.choose.quotation"]._open(self)

    def _fix_by_choose_customer(self):
        job = self.sudo()._find_fix()[1]
        return self.env["integration.choose.party"]._open(self, job)

    def _fix_by_map(self):
        jobs = self.env["integration.job"].browse(self.sudo()._get_problem_jobs().ids)
        return jobs.filtered(
            lambda job: job.error_kind == "mapping"
        ).action_open_mapping()

    def _fix_by_retry(self):
        # sudo: see _handle_won_lost; the snapshot is made anew, in case the reason was
        # in our own data
        lead = self.sudo()
        problems = lead._get_problem_jobs()
        lead._push_won("retried")
        # whom it waits for may be somebody else by now
        lead._get_unfinished_jobs().blocked_by_id._release_blocked()
        problems.filtered(lambda job: job.state in PROBLEM_STATES).action_retry()
        return True

    def _fix_by_difference(self):
        order = self.sudo()._find_fix()[1]
        return {
            "type": "ir.actions.act_window",
            "res_model": order._name,
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _fix_by_acknowledge(self):
        """Somebody saw to it over there: what stands here now is what counts."""
        # sudo: the ERP order's records are written by the flow alone
        lead = self.sudo()
        for erp_order in lead.erp_order_ids.filtered(lambda order: order._is_live()):
            if erp_order == lead.erp_order_ids[:1] and erp_order.sale_order_ids:
                erp_order.sale_order_ids |= lead._get_late_orders()
            erp_order._accept_content()
        lead._set_issues({}, keep=())
        lead._update_integration_status()
        return True

    # -- the Won button ---------------------------------------------------------------

    def action_set_won_rainbowman(self):
        """With several open quotations, ask first which one the ERP is to get."""
        self.ensure_one()
        if self.won_status != "won" and self.sudo()._must_choose_quotation():
            return self.env["integration.choose.quotation"]._open(self, is_winning=True)
        return super().action_set_won_rainbowman()

    def _must_choose_quotation(self):
        self.ensure_one()
        quotations = self.order_ids._filter_to_choose()
        if (
            len(quotations) < 2
            or any(order.state == "sale" for order in self.order_ids)
            or self.erp_no_send
            or self.erp_quotation_id in quotations
        ):
            return False
        flows = self.env["integration.flow"]._find_for_push(
            "sale_order_push", self._get_erp_company()
        )
        return any(
            flow._filter_records(self)
            and flow.connector_id not in self.erp_order_ids.connector_id
            for flow in flows
        )
