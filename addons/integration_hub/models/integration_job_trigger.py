from odoo import api, fields, models


class IntegrationJob(models.Model):
    """Because of what a job was queued, in words: ``trigger`` is a mark for the code."""

    _inherit = "integration.job"

    trigger_text = fields.Char("Because of", compute="_compute_trigger_text")

    @api.depends("trigger")
    @api.depends_context("lang")
    def _compute_trigger_text(self):
        texts = self._get_trigger_texts()
        for job in self:
            job.trigger_text = texts.get(job.trigger, job.trigger)

    @api.model
    def _get_trigger_texts(self):
        """What the triggers are called; flow addons add theirs.

        :return: dict ``{trigger: text}``; one that is not in it is shown as it is
        """
        return {
            "asked": self.env._("Somebody has asked for it"),
            "changed": self.env._("Changed"),
            "created": self.env._("Created"),
            "deleted": self.env._("Deleted"),
            "gathered": self.env._("Gathered"),
            "load": self.env._("First load"),
            "manual": self.env._("Run by hand"),
            "mapping": self.env._("A mapping was made"),
            "merged": self.env._("Merged"),
            "more": self.env._("Next page of a reading"),
            "moved": self.env._("Moved to somebody else"),
            "order": self.env._("An order waits for it"),
            "quiet": self.env._("Changed"),
            "renamed": self.env._("Renamed"),
            "replay": self.env._("Replayed by a person"),
            "retried": self.env._("Retried by a person"),
            "schedule": self.env._("It was time for it"),
            "sent": self.env._("Sent by a person"),
            "withdrawn": self.env._("Withdrawn"),
        }
