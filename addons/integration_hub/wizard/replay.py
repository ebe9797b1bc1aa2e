from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..client import IntegrationError
from ..models.integration_job_request import FINISHED_STATES
from ..models.json_difference import get_differences
from ..translation import say

MANAGER = "integration_hub.group_integration_manager"
# jobs of one replay, and those of which the difference is worked out
MOST_JOBS = 1000
MOST_COMPARED = 50
# rows of a difference in a list of many
MOST_ROWS = 20


class IntegrationReplay(models.TransientModel):
    """Finished jobs once more: the difference first, then into the queue."""

    _name = "integration.replay"
    _description = "Replay Jobs"

    job_ids = fields.Many2many(
        "integration.job", string="Jobs to Replay", readonly=True
    )
    job_count = fields.Integer("Jobs", readonly=True)
    job_id = fields.Many2one("integration.job", compute="_compute_single")
    mode = fields.Selection(
        [
            ("today", "As it would be sent today"),
            ("sent", "As it was sent"),
        ],
        "Send",
        required=True,
        default="today",
    )
    line_ids = fields.One2many("integration.replay.line", "wizard_id")
    changed_count = fields.Integer("Different Today", compute="_compute_counts")
    same_count = fields.Integer("Same as Then", compute="_compute_counts")
    stopped_count = fields.Integer("Can't Be Sent Today", compute="_compute_counts")
    never_sent_count = fields.Integer("Never Sent", compute="_compute_counts")
    not_compared_count = fields.Integer("Not Compared", compute="_compute_counts")
    outcome = fields.Selection(related="line_ids.outcome")
    message = fields.Text(related="line_ids.message")
    difference_html = fields.Html(related="line_ids.difference_html")

    @api.depends("job_ids")
    def _compute_single(self):
        for wizard in self:
            wizard.job_id = wizard.job_ids if wizard.job_count == 1 else False

    @api.depends("line_ids.outcome", "job_count")
    def _compute_counts(self):
        for wizard in self:
            outcomes = wizard.line_ids.mapped("outcome")
            wizard.changed_count = outcomes.count("changed")
            wizard.same_count = outcomes.count("same")
            wizard.stopped_count = outcomes.count("stopped")
            wizard.never_sent_count = outcomes.count("never_sent")
            wizard.not_compared_count = wizard.job_count - len(outcomes)

    def _open(self, jobs):
        """:return: action that shows the dialog for ``jobs``
        :raise UserError: where none of them is finished, or they are too many"""
        jobs.check_access("read")
        jobs = jobs.filtered(lambda job: job.state in FINISHED_STATES).sorted("id")
        if not jobs:
            raise UserError(
                self.env._(
                    "Only jobs that are done, cancelled or failed can be replayed. Those"
                    " that wait are sent anyway; retry those that need attention."
                )
            )
        if len(jobs) > MOST_JOBS:
            raise UserError(
                self.env._("Replay at most %s jobs at a time.", f"{MOST_JOBS:,}")
            )
        wizard = self.create(
            {
                "job_ids": [Command.set(jobs.ids)],
                "job_count": len(jobs),
                "line_ids": [
                    Command.create(values)
                    for values in self._prepare_lines(jobs[:MOST_COMPARED])
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _prepare_lines(self, jobs):
        # sudo: read access was checked; looking ahead reads what handlers read
        jobs = jobs.sudo()
        prepared = jobs._prepare_anew(jobs._take_snapshots())
        for job in jobs:
            sent, today = job._get_sent_request(), prepared[job]
            yield {
                "job_id": job.id,
                **self._prepare_outcome(
                    job._drop_lookup(sent), job._drop_lookup(today), len(jobs) > 1
                ),
            }

    def _prepare_outcome(self, sent, today, is_many):
        if isinstance(today, IntegrationError):
            return {"outcome": "stopped", "message": say(self.env, today.message)}
        if isinstance(today, str):
            return {
                "outcome": "changed" if sent is None else "stopped",
                "message": self.env._("This would be done before: %s.", today),
            }
        if sent is None:
            return {
                "outcome": "never_sent",
                "message": self.env._(
                    "It never went out: there is nothing to compare."
                ),
            }
        differences = get_differences(sent, today)
        if not differences:
            return {"outcome": "same"}
        return {
            "outcome": "changed",
            "difference_count": len(differences),
            "difference_html": self.env["integration.job"]._render_difference(
                differences,
                self.env._("Was sent"),
                self.env._("Would be sent today"),
                *([MOST_ROWS] if is_many else []),
            ),
        }

    def action_replay(self):
        """Queue the jobs again, one for each record and change."""
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Ask a manager of integrations to replay jobs.")
            )
        self.job_ids.check_access("read")
        # sudo: jobs are written by the queue alone; read access and group are checked
        jobs = self.job_ids.sudo().filtered(lambda job: job.state in FINISHED_STATES)
        newer = jobs._find_open_again()
        # of several for the same change the newest stands
        latest = {(job.flow_id, job.idempotency_key): job for job in jobs.sorted("id")}
        chosen = jobs.browse().union(*latest.values()) - newer
        never_sent, refused, sent = jobs.browse(), {}, {}
        if self.mode == "sent":
            sent = {job: job._get_sent_request() for job in chosen}
            never_sent = chosen.filtered(lambda job: sent[job] is None)
            chosen -= never_sent
            refused = jobs._find_not_repeatable({job: sent[job] for job in chosen})
            chosen = chosen.filtered(lambda job: job not in refused)
        if not chosen:
            raise UserError(self._get_nothing_message(newer, never_sent, refused))
        queued = jobs.browse()
        snapshots = chosen._take_snapshots() if self.mode == "today" else {}
        for job in chosen:
            queued |= job._queue_again(
                snapshots.get(job, {}), request=sent.get(job), trigger="replay"
            )
        return self._finish(queued, len(self.job_ids) - len(chosen))

    def _get_nothing_message(self, newer, never_sent, refused):
        if refused:
            return say(self.env, next(iter(refused.values())).message)
        if never_sent:
            return self.env._(
                "This never went out, so it can't be sent as it was. Choose “As it would"
                " be sent today”."
            )
        if newer:
            return self.env._(
                "A newer change of the same record is in the queue already, or under way."
            )
        return self.env._("This has been queued again in the meantime.")

    def _finish(self, queued, left_out):
        if len(queued) == 1 and not left_out:
            return {
                "type": "ir.actions.act_window",
                "res_model": "integration.job",
                "res_id": queued.id,
                "views": [(False, "form")],
            }
        message = self.env._("Queued again: %s.", len(queued))
        if left_out:
            message += " " + self.env._(
                "Left out: %s, which have a newer change, never went out, or must not go"
                " out like this any more.",
                left_out,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class IntegrationReplayLine(models.TransientModel):
    _name = "integration.replay.line"
    _description = "Job to Replay"
    _order = "id"

    wizard_id = fields.Many2one(
        "integration.replay", required=True, ondelete="cascade", index=True
    )
    job_id = fields.Many2one("integration.job", readonly=True, ondelete="cascade")
    outcome = fields.Selection(
        [
            ("same", "Same"),
            ("changed", "Different"),
            ("stopped", "Can't be sent"),
            ("never_sent", "Never sent"),
        ],
        "Today",
        readonly=True,
    )
    difference_count = fields.Integer("Differences", readonly=True)
    message = fields.Text("Why", readonly=True)
    difference_html = fields.Html("Difference", readonly=True, sanitize=False)
