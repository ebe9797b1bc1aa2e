from odoo import api, models
from odoo.tools import SQL, config

from odoo.addons.integration_hub.models.integration_lane_due import IS_OF_TURN, TURNS

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
    def _wake_up(self, at=None, connectors=None):
        connector_id = self.env.context.get(CONNECTOR)
        if at is not None and connector_id:
            connector = self.env["integration.connector"].browse(connector_id)
            self._delay_run(connector, number=0, eta=at)
            return
        super()._wake_up(at, connectors)
        if at is None:
            self._note_wish(connectors)

    def _note_wish(self, connectors):
        """At the end of the transaction it is known who has something to do. Only the
        connectors it was about are asked: whoever saves something does not wait for a look
        at all the others."""
        precommit = self.env.cr.precommit
        if RUN_IS_ASKED_FOR not in precommit.data:
            precommit.data[RUN_IS_ASKED_FOR] = set()
            precommit.add(self._outside_of_connector()._delay_wished_runs)
        wished = precommit.data[RUN_IS_ASKED_FOR]
        if connectors is None:
            precommit.data[RUN_IS_ASKED_FOR] = None
        elif wished is not None:
            wished.update(connectors.ids)

    @api.private
    def _delay_wished_runs(self):
        wished = self.env.cr.precommit.data.get(RUN_IS_ASKED_FOR)
        connectors = self.env["integration.connector"]
        self._delay_due_runs(None if wished is None else connectors.browse(wished))

    @api.private
    def _delay_due_runs(self, connectors=None):
        """Have queue_job start runs for its connectors that have something due.

        :param connectors: those of them that matter, else all
        """
        for connector in self._find_due_connectors(connectors):
            for number in range(connector.runner_lanes):
                self._delay_run(connector, number)
        self.env.flush_all()

    @api.private
    def _find_due_connectors(self, connectors=None):
        """One query, whatever the number of connectors and of jobs. That a due job may have
        to wait for another one is not looked at: a run that finds nothing costs little."""
        domain = [("runner", "=", "queue_job"), ("state", "in", ("tested", "running"))]
        if connectors is not None:
            domain.append(("id", "in", connectors.ids))
        connectors = self.env["integration.connector"].search(domain)
        if not connectors:
            return connectors
        rows = self.env.execute_query(
            SQL(
                """
            WITH %(turns)s
            SELECT DISTINCT connector.id
              FROM turn
              JOIN integration_flow flow ON flow.id = turn.flow_id
              JOIN integration_connector connector
                ON connector.id = flow.connector_id
              JOIN LATERAL (
                   SELECT FROM integration_job job
                    WHERE %(is_of_turn)s AND job.next_try <= %(now)s
                    ORDER BY job.next_try, job.id
                    LIMIT 1) due ON TRUE
             WHERE %(is_at_work)s
               AND (connector.resting_until IS NULL OR connector.resting_until <= %(now)s)
                """,
                turns=TURNS,
                is_of_turn=IS_OF_TURN,
                is_at_work=self._get_at_work_condition(
                    SQL("connector.id = ANY(%s)", list(connectors.ids))
                ),
                now=self._now(),
            )
        )
        due = {row[0] for row in rows}
        return connectors.filtered(lambda connector: connector.id in due)

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
        if settled:
            # the time was up. Where nothing could be done although something is due, for
            # want of budget say, another run would not do any better
            self._delay_due_runs(connector)
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
