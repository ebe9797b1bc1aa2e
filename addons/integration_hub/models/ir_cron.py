from odoo import api, fields, models


class IrCron(models.Model):
    """What our scheduled actions did, said to whoever looks at them or runs one by hand."""

    _inherit = "ir.cron"

    is_integration = fields.Boolean(
        compute="_compute_integration", search="_search_is_integration"
    )
    integration_result = fields.Char("Last Run", compute="_compute_integration")

    @api.model
    def _get_integration_results(self):
        """What a run of each of our scheduled actions did, in words. Addons add theirs.

        :return: dict ``{xml id: text}`` with ``%(done)s`` and ``%(remaining)s``
        """
        # formatted by whoever shows it
        lane = self.env._("Changes worked off: %(done)s. Still due: %(remaining)s.")
        return {
            **{
                f"integration_hub.ir_cron_lane_{number}": lane for number in range(1, 5)
            },
            "integration_hub.ir_cron_test_connections": self.env._(
                "Connections tested: %(done)s."
            ),
            "integration_hub.ir_cron_start_flows": self.env._(
                "Flows started: %(done)s."
            ),
            "integration_hub.ir_cron_housekeeping": self.env._(
                "Old records removed: %(done)s."
            ),
        }

    def _get_integration_texts(self):
        """:return: dict ``{cron: text}`` of those that are ours"""
        texts = {}
        for xml_id, text in self._get_integration_results().items():
            cron = self.env.ref(xml_id, raise_if_not_found=False)
            if cron:
                texts[cron] = text
        return texts

    def _compute_integration(self):
        texts = self._get_integration_texts()
        runs = self._find_last_runs()
        for cron in self:
            cron.is_integration = cron in texts
            run = runs.get(cron.id)
            cron.integration_result = (
                texts[cron] % run if cron in texts and run else False
            )

    def _search_is_integration(self, operator, value):
        """By what they are: their names are translated, and anybody may change them."""
        if operator != "in":
            return NotImplemented
        own = self.browse().union(*self._get_integration_texts())
        return [("id", "in" if True in value else "not in", own.ids)]

    def _find_last_runs(self, after=0):
        """:param int after: only what came after the progress of this id
        :return: dict ``{cron id: {done, remaining}}`` of the last run of each; a run that
            was taken up several times without a pause is added up
        """
        # sudo: progress is nobody's to read; whoever sees the action may know its result
        progress = self.env["ir.cron.progress"].sudo()
        runs = {}
        for cron in self:
            found = progress.search(
                [("cron_id", "=", cron.id), ("id", ">", after)],
                order="id desc",
                limit=None if after else 1,
            )
            if found:
                runs[cron.id] = {
                    "done": sum(found.mapped("done")),
                    "remaining": found[0].remaining,
                }
        return runs

    def method_direct_trigger(self):
        self.ensure_one()
        text = self._get_integration_texts().get(self)
        if not text:
            return super().method_direct_trigger()
        last = self.env["ir.cron.progress"].sudo().search([], order="id desc", limit=1)
        result = super().method_direct_trigger()
        if result is not True:
            return result
        run = self._find_last_runs(last.id or 0).get(
            self.id, {"done": 0, "remaining": 0}
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.name,
                "message": text % run,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
