from odoo import api, fields, models

from odoo.addons.integration_hub.translation import speak_to

from ..const import ACTIVITY_TYPE, PROBLEM_STATES, PROGRESS

MASS = 20


class CrmLead(models.Model):
    """What is shown of a deal's way through the ERP, and who is asked to act."""

    _inherit = "crm.lead"

    # -- status -----------------------------------------------------------------------

    @api.private
    def _update_integration_status(self):
        """Write status and message of opportunities and their orders, where changed.

        Jobs being settled right now count as done: their ids stand in the context key
        ``integration_settled_job_ids``.
        """
        if not self:
            return
        Job = self.env["integration.job"]
        jobs_by_lead = self._get_shown_jobs().grouped("res_id")
        erp_orders = (
            self.env["integration.erp.order"]
            .search([("lead_id", "in", self.ids)])
            .grouped("lead_id")
        )
        no_erp_orders = self.env["integration.erp.order"]
        values, order_values = {}, {}
        for lead in self:
            own_jobs = jobs_by_lead.get(lead.id, Job)
            own_erp_orders = erp_orders.get(lead, no_erp_orders)
            values.setdefault(lead._get_status(own_jobs, own_erp_orders), []).append(
                lead.id
            )
            for order in lead.order_ids:
                status = lead._get_order_status(order, own_jobs, own_erp_orders)
                order_values.setdefault(status, []).append(order.id)
        self._write_statuses(values)
        self.env["sale.order"]._write_statuses(order_values)
        self._close_settled_activities()

    def _get_shown_jobs(self):
        """Jobs the status tells of."""
        return self._get_unfinished_jobs()

    def _get_status(self, jobs, erp_orders):
        """:return: tuple (status, message)"""
        self.ensure_one()
        if self.integration_issue:
            return "attention", self.integration_issue_message
        return self._get_document_status(jobs, erp_orders)

    def _get_order_status(self, order, jobs, erp_orders):
        """The order's own part of what becomes of the opportunity."""
        own_erp_orders = erp_orders.filtered(lambda o: order in o.sale_order_ids)
        own_jobs = self._filter_jobs_of_order(jobs, order)
        if self.integration_issue and (
            own_erp_orders or order in self._get_late_orders()
        ):
            return "attention", self.integration_issue_message
        return self._get_document_status(own_jobs, own_erp_orders)

    def _filter_jobs_of_order(self, jobs, order):
        """Those of the opportunity's jobs that are to make an ERP order of ``order``."""
        self.ensure_one()
        return jobs.filtered(
            lambda job: (
                job._get_order_key().endswith(f"-SO{order.id}")
                or (
                    job._get_order_key().endswith(f"-OPP{self.id}")
                    and (order.state == "sale" or order == self.erp_quotation_id)
                )
            )
        )

    def _get_document_status(self, jobs, erp_orders):
        for job in jobs:
            # an order that waits for its customer shares the customer's problem
            for problem in job | job.blocked_by_id:
                if problem.state in PROBLEM_STATES:
                    return "attention", problem.error_message or ""
        for erp_order in erp_orders:
            if erp_order.difference_state == "open" and erp_order._is_live():
                return "attention", erp_order._get_difference_message()
        if jobs:
            # the reason of a retry is worth knowing though nobody has to act
            return "waiting", jobs[0].error_message or ""
        if not erp_orders:
            return "none", ""
        live = erp_orders.filtered(lambda order: order._is_live())
        if not live:
            return "cancelled", erp_orders._get_gone_message()
        progress = min((order._get_progress() for order in live), key=PROGRESS.index)
        return progress, live._get_remark()

    # -- issues and activities --------------------------------------------------------

    @api.private
    def _set_issues(self, issues, keep=("changed",)):
        """Keep what stands in the way of each, ask the salesperson, and clear the others.

        :param dict issues: ``{lead: Issue}``
        :param keep: codes only a person clears
        """
        by_issue = {}
        for lead in self:
            issue = issues.get(lead)
            if issue:
                key = (issue.code, issue.message)
            elif lead.integration_issue and lead.integration_issue not in keep:
                key = (False, False)
            else:
                continue
            if key != (lead.integration_issue, lead.integration_issue_message):
                by_issue.setdefault(key, []).append(lead.id)
        to_ask = {}
        for (code, message), lead_ids in by_issue.items():
            leads = self.browse(lead_ids)
            leads._write_quietly(
                {"integration_issue": code, "integration_issue_message": message}
            )
            if code:
                to_ask |= dict.fromkeys(leads, message)
        self.browse().union(*to_ask)._ask_each(to_ask)

    @api.private
    def _ask(self, message, user=None):
        """Have somebody look, at all of them for the same reason; see ``_ask_each``."""
        self._ask_each(dict.fromkeys(self, message), user)

    def _ask_each(self, messages, user=None):
        """Have somebody look: one open activity per opportunity, always with the latest
        reason.

        :param dict messages: ``{lead: message}``
        :param user: ``res.users``; else the salesperson
        """
        if not self:
            return
        activity_type = self.env.ref(ACTIVITY_TYPE)
        known = (
            self.env["mail.activity"]
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", activity_type.id),
                ]
            )
            .grouped("res_id")
        )
        persons = {}
        for lead in self:
            asked = user or lead._get_asked_person()
            if activities := known.get(lead.id):
                activities[:1].write({"note": messages[lead], "user_id": asked.id})
            else:
                persons[lead] = asked
        self._schedule_each(activity_type, messages, persons)

    def _schedule_each(self, activity_type, messages, persons):
        """As ``activity_schedule`` does, each with a note and a person of its own.

        :param dict persons: ``{lead: res.users}``
        """
        if not persons or self.env.context.get("mail_activity_automation_skip"):
            return
        # a mail per deal helps nobody when hundreds wait for the same thing
        Activity = self.env["mail.activity"].with_context(
            mail_activity_quick_update=len(persons) > MASS
        )
        deadline = fields.Date.context_today(self)
        model_id = self.env["ir.model"]._get_id(self._name)
        Activity.create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "date_deadline": deadline,
                    "note": messages[lead],
                    "res_id": lead.id,
                    "res_model_id": model_id,
                    "summary": activity_type.with_env(
                        speak_to(self.env, person)
                    ).summary,
                    "user_id": person.id,
                }
                for lead, person in persons.items()
            ]
        )

    def _get_asked_person(self):
        """Whose deal it is; else whoever sees to its connector."""
        self.ensure_one()
        # sudo: who that is may be told to anybody
        connector = self.sudo().erp_order_ids.connector_id[:1]
        if self.user_id or not connector:
            return self.user_id or self.env.ref("base.user_admin")
        return connector._get_person_in_charge()

    def _close_settled_activities(self):
        """What was asked for has been done: the activity goes with it."""
        settled = self.filtered(lambda lead: lead.integration_status != "attention")
        if not settled:
            return
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", settled.ids),
                ("activity_type_id", "=", self.env.ref(ACTIVITY_TYPE).id),
            ]
        )
        activities.unlink()
