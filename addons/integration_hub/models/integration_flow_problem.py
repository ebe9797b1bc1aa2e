from markupsafe import Markup

from odoo import api, fields, models

from ..translation import say

PROBLEM_STATES = ("failed", "attention")


class IntegrationFlow(models.Model):
    """Failures that show nowhere else: whoever is in charge of the connector is asked, once
    per flow, for as long as there are any."""

    _inherit = "integration.flow"

    problem_activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.private
    def _tell_of_problems(self, failures):
        """Ask the person in charge to look, where that has not been asked already.

        :param failures: list of ``(job, IntegrationError)``, may be empty
        """
        self.ensure_one()
        # done by a person, it is archived
        if not failures or self.problem_activity_id.active:
            return
        job, error = failures[0]
        note = Markup("<p><b>%s</b>: %s</p>") % (job.name, say(self.env, error.message))
        if len(failures) > 1:
            note += Markup("<p>%s</p>") % self.env._(
                "… and %s more, for this reason or for others", len(failures) - 1
            )
        note += Markup("<p>%s</p><p>%s</p>") % (
            self.env._(
                "Do what it asks for, then retry it in the queue. This closes by itself"
                " once nothing of this flow stands still any more."
            ),
            job._get_html_link(self.env._("Open it in the queue")),
        )
        connector = self.connector_id
        # two lanes at once write to the same row: one of them comes again, and sees this
        self.problem_activity_id = connector.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._(
                "%(flow)s, %(connector)s: something did not get through",
                flow=self.name,
                connector=connector.name,
            ),
            note=note,
            user_id=connector._get_person_in_charge().id,
        )

    @api.private
    def _close_problem(self):
        """What was asked for has been done, unless more of the flow stands still."""
        self.ensure_one()
        activity = self.problem_activity_id
        if not activity:
            return
        stands_still = self.env["integration.job"].search_count(
            [
                ("connector_id", "=", self.connector_id.id),
                ("flow_id", "=", self.id),
                ("state", "in", PROBLEM_STATES),
            ],
            limit=1,
        )
        if stands_still:
            return
        if activity.active:
            speaker = self.connector_id._speak()
            activity.action_feedback(speaker.env._("It got through."))
        self.problem_activity_id = False
