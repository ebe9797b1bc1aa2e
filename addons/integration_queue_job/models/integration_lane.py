from odoo import api, models
from odoo.tools import SQL, config

# the connector a run is restricted to; without it a run is that of a scheduled action
CONNECTOR = "integration_queue_job.connector_id"
RUN_IS_ASKED_FOR = "integration_queue_job.asked_for"


class IntegrationLane(models.AbstractModel):
    """Lanes of one connector each, started by queue_job wherever it has a worker.

    The jobs of the sync queue stay what they are, with all that is promised of them: a job
    of queue_job stands for a run that takes whatever is due for its connector. It gets lost
    or comes twice without harm.
    """

    _inherit = "integration.lane"

    @api.model
    def _get_served_condition(self):
        served = super()._get_served_condition()
        connector_id = self.env.context.get(CONNECTOR)
        if connector_id:
            return SQL("%s AND connector.id = %s", served, connector_id)
        return SQL("%s AND connector.runner = 'cron'", served)

    @api.model
    def _get_run_seconds(self):
        seconds = super()._get_run_seconds()
        if self.env.context.get(CONNECTOR):
            # a worker for requests does it, and those have limits of their own
            limits = (config["limit_time_real"], config["limit_time_cpu"])
            seconds = min([seconds, *(limit / 2 for limit in limits if limit > 0)])
        return seconds

    # -- waking up --------------------------------------------------------------------

    @api.private
    def _wake_up(self, at=None):
        connector_id = self.env.context.get(CONNECTOR)
        if at is not None and connector_id:
            connector = self.env["integration.connector"].browse(connector_id)
            self._delay_run(connector, number=0, eta=at)
            return
        super()._wake_up(at)
        precommit = self.env.cr.precommit
        if at is None and not precommit.data.get(RUN_IS_ASKED_FOR):
            # at the end of the transaction it is known who has something to do
            precommit.data[RUN_IS_ASKED_FOR] = True
            precommit.add(self._outside_of_connector()._delay_due_runs)

    @api.private
    def _delay_due_runs(self):
        """Have queue_job start runs for its connectors that have something due."""
        for connector in self._find_due_connectors():
            for number in range(connector.runner_lanes):
                self._delay_run(connector, number)
        self.env.flush_all()

    @api.private
    def _find_due_connectors(self):
        connectors = self.env["integration.connector"].search(
            [("runner", "=", "queue_job"), ("state", "=", "running")]
        )
        return connectors.filtered(
            lambda connector: self._for_connector(connector)._find_turns()
        )

    @api.private
    def _delay_run(self, connector, number, eta=None):
        """Ask for a run; asked for twice before it starts it is still one.

        :param int number: runs of different numbers may go on side by side
        """
        marks = [str(connector.id), str(number)]
        if eta:
            # a run at once must not be taken for one that comes later
            marks.append(f"{eta:%Y%m%d%H%M%S}")
        self._outside_of_connector().with_delay(
            channel=connector.runner_channel,
            identity_key="integration-lane-" + "-".join(marks),
            description=self.env._("Sync queue of %s", connector.name),
            eta=eta,
            max_retries=1,
        )._run_queue_job(connector.id)

    # -- the run ----------------------------------------------------------------------

    @api.model
    def _outside_of_connector(self):
        """For what concerns runs of all connectors, whoever is the user."""
        # sudo: a change of anybody is synced; nothing of the runs is shown to them
        return self.sudo().with_context(**{CONNECTOR: False})

    def _for_connector(self, connector):
        return self.with_context(**{CONNECTOR: connector.id})

    @api.model
    def _run_queue_job(self, connector_id):
        """One run for a connector. Called by queue_job.

        :return: what is kept as the result of queue_job's job
        """
        connector = self.env["integration.connector"].browse(connector_id).exists()
        if not connector or connector.runner != "queue_job":
            return ""
        settled = self._for_connector(connector)._run_lane()
        # the time was up, or something came in while it ended
        self._delay_due_runs()
        self._commit()
        return str(settled)

    @api.model
    def _run_lane(self):
        settled = super()._run_lane()
        if not self.env.context.get(CONNECTOR):
            # the scheduled actions look after runs that got lost
            self._delay_due_runs()
            self._commit()
        return settled
