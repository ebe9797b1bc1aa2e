from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class IntegrationCandidateMixin(models.AbstractModel):
    """A dialog with the records over there that could be ours. What is chosen from, who may
    choose, and what becomes of it, says the dialog that inherits this."""

    _name = "integration.candidate.mixin"
    _description = "Choice of a Record in the Other System"

    def _choose(self, line):
        """A person has chosen.

        :param line: record of a model with ``integration.candidate.line.mixin``
        :return: action
        """
        raise NotImplementedError

    def _get_candidates(self, job):
        """:return: dict of the candidates a job's error names, by their id"""
        # sudo: the detail is a manager's to read; who may choose sees the candidates
        detail = job.sudo().error_detail or {}
        return {item["id"]: item for item in detail.get("candidates") or []}

    def _prepare_lines(self, candidates):
        """:return: commands for ``line_ids``"""
        return [
            Command.create(
                {
                    "remote_id": candidate["id"],
                    **{
                        name: candidate.get(name)
                        for name in ("number", "name", "detail", "url")
                    },
                }
            )
            for candidate in candidates.values()
        ]

    def _show(self, title):
        """:return: action that shows the dialog"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _take(self, job, line):
        """The chosen one is it from now on; what waits goes on.

        :param job: ``integration.job``, checked: it is written with the queue's own rights
        :raise UserError: it is not one of those that were offered
        """
        candidates = self._get_candidates(job)
        if line.remote_id not in candidates:
            raise UserError(self.env._("Choose one of the list."))
        handler = job.flow_id._get_handler()
        handler._take_candidate(job.flow_id, job, candidates[line.remote_id])

    def _take_none(self, job):
        """None of them is it: it is to be created.

        :param job: see :meth:`_take`
        """
        job.flow_id._get_handler()._take_none(job.flow_id, job)


class IntegrationCandidateLineMixin(models.AbstractModel):
    """One of those records. The dialog is in ``wizard_id``."""

    _name = "integration.candidate.line.mixin"
    _description = "Record of the Other System to Choose"
    _order = "id"

    remote_id = fields.Char("ID There", readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    detail = fields.Char("Details", readonly=True)
    url = fields.Char("Link", readonly=True)

    def action_choose(self):
        self.ensure_one()
        return self.wizard_id._choose(self)

    def action_open_remote(self):
        self.ensure_one()
        if not self.url:
            return False
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}
