from datetime import timedelta

from odoo import api, fields, models

# rows removed between two commits: short locks, and a killed cron loses little
REMOVAL_BATCH = 2_000
# a budget is a day's; the rest is for whoever wonders
USAGE_DAYS = 60
DEFAULTS = {"finished_job_days": 90, "failed_job_days": 365}


class IntegrationExchange(models.Model):
    """What is old leaves the working tables, batch by batch."""

    _inherit = "integration.exchange"

    @api.model
    def _cron_remove_old(self):
        """Exchanges go by the age set on their connector, jobs by the general settings:
        those that were done or cancelled after some time, those that failed much later.
        What waits stays. What was received goes as what was sent, but for the last that is
        known of each record over there.

        Each batch is committed; when the time of the scheduled action is up, it is told
        that there is more, and comes back.
        """
        for model, domain, order in self._get_removals():
            while records := model.search(domain, limit=REMOVAL_BATCH, order=order):
                removed = len(records)
                records.unlink()
                is_last = removed < REMOVAL_BATCH
                seconds_left = self.env["ir.cron"]._commit_progress(
                    removed, remaining=0 if is_last else 1
                )
                if not seconds_left:
                    if is_last and not self._find_removal():
                        return
                    self.env["ir.cron"]._commit_progress(remaining=1)
                    return
                if is_last:
                    break

    @api.model
    def _get_removals(self):
        """:return: list of ``(model, domain, order)``; each is a step in an index"""
        now = self.env.cr.now()
        jobs = self.env["integration.job"]
        removals = [
            (
                jobs,
                [
                    ("state", "in", ("done", "cancelled")),
                    ("finished_at", "<", now - self._get_age("finished_job_days")),
                ],
                "finished_at",
            ),
            (
                self.env["integration.change"],
                [
                    ("is_superseded", "=", True),
                    ("moment", "<", now - self._get_age("finished_job_days")),
                ],
                "moment",
            ),
            (
                self.env["integration.usage"],
                [("day", "<", fields.Date.today() - timedelta(days=USAGE_DAYS))],
                "id",
            ),
        ]
        connectors = self.env["integration.connector"].with_context(active_test=False)
        for connector in connectors.search([]):
            own = ("connector_id", "=", connector.id)
            limit = now - timedelta(days=connector.exchange_log_days)
            removals.append((self, [own, ("create_date", "<", limit)], "create_date"))
            if failed_age := self._get_age("failed_job_days"):
                limit = now - failed_age
                removals.append(
                    (
                        jobs,
                        [own, ("state", "=", "failed"), ("write_date", "<", limit)],
                        "id",
                    )
                )
        return removals

    @api.model
    def _get_age(self, name):
        """:return: timedelta; none at all where nothing is to be removed"""
        # sudo: a setting of the database
        parameter = self.env["ir.config_parameter"].sudo()
        days = parameter.get_param(f"integration_hub.{name}", DEFAULTS[name])
        return timedelta(days=int(days))

    @api.model
    def _find_removal(self):
        """:return: whether anything is left to be removed"""
        return any(
            model.search_count(domain, limit=1)
            for model, domain, _order in self._get_removals()
        )
