from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, config

from odoo.addons.integration_hub.models.integration_lane_due import IS_OF_TURN, TURNS

from .integration_connector import COMMON_CHANNEL

# the connector whose channel a run is in, or COMMON; without it a run is that of a scheduled
# action
OWNER = "integration_queue_job.owner_id"
COMMON = 0
RUN_IS_ASKED_FOR = "integration_queue_job.asked_for"


class IntegrationLane(models.AbstractModel):
    """Lanes that are started by queue_job wherever it has a worker.

    The jobs of the sync queue stay what they are, with all that is promised of them: a job
    of queue_job stands for a run that takes whatever is due. It gets lost or comes twice
    without harm. A run in the common channel serves all connectors there side by side, as
    the lanes of the scheduled actions do: if each had runs of its own, those of slow systems
    would fill the channel, and all others wait. A connector with a channel of its own has
    runs of its own.
    """

    _inherit = "integration.lane"

    @api.model
    def _get_served_condition(self):
        served = super()._get_served_condition()
        owner_id = self.env.context.get(OWNER)
        if owner_id:
            return SQL("%s AND connector.id = %s", served, owner_id)
        runner = "cron" if owner_id is None else "queue_job"
        return SQL("%s AND connector.runner = %s", served, runner)

    @api.model
    def _get_run_seconds(self):
        seconds = super()._get_run_seconds()
        if self._is_queue_job_run():
            # a worker for requests does it, and those have limits of their own
            limits = (config["limit_time_real"], config["limit_time_cpu"])
            seconds = min([seconds, *(limit / 2 for limit in limits if limit > 0)])
        return seconds

    # -- waking up --------------------------------------------------------------------

    @api.private
    def _wake_up(self, at=None, connectors=None):
        if at is not None and self._is_queue_job_run():
            owner_id = self.env.context[OWNER]
            owner = self.env["integration.connector"].browse(owner_id or ())
            self._delay_run(owner, number=0, eta=at)
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
            precommit.add(self._outside_of_run()._delay_wished_runs)
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
        lanes = defaultdict(int)
        for connector in self._find_due_connectors(connectors):
            owner = connector._get_channel_owner()
            lanes[owner] = max(lanes[owner], connector.runner_lanes)
        for owner, count in lanes.items():
            for number in range(count):
                self._delay_run(owner, number)
        self.env.flush_all()

    @api.private
    def _find_due_connectors(self, connectors=None):
        """One query, whatever the number of connectors and of jobs. That a due job may have
        to wait for another one is not looked at: a run that finds nothing costs little."""
        domain = [("runner", "!=", "cron"), ("state", "in", ("tested", "running"))]
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
    def _delay_run(self, owner, number, eta=None):
        """Ask for a run; asked for twice before it starts it is still one.

        :param owner: ``integration.connector`` in whose channel it runs, or none: in the
            common one
        :param int number: runs of different numbers may go on side by side
        """
        owner_id = owner.id or COMMON
        marks = [str(owner_id), str(number)]
        if eta:
            # a run at once must not be taken for one that comes later
            marks.append(f"{eta:%Y%m%d%H%M%S}")
        self._outside_of_run().with_delay(
            channel=owner.runner_channel or COMMON_CHANNEL,
            identity_key="integration-lane-" + "-".join(marks),
            description=self.env._("Sync queue of %s", owner.name)
            if owner
            else self.env._("Sync queue of the common channel"),
            eta=eta,
            max_retries=1,
        )._run_queue_job(owner_id)

    # -- the run ----------------------------------------------------------------------

    @api.model
    def _outside_of_run(self):
        """For what concerns runs of all connectors, whoever is the user."""
        # sudo: a change of anybody is synced; nothing of the runs is shown to them
        return self.sudo().with_context(**{OWNER: None})

    def _for_owner(self, owner):
        return self.with_context(**{OWNER: owner.id or COMMON})

    def _is_queue_job_run(self):
        return self.env.context.get(OWNER) is not None

    @api.model
    def _run_queue_job(self, owner_id):
        """One run in a channel. Called by queue_job.

        :param int owner_id: of the connector whose channel it is, or ``COMMON``
        :return: what is kept as the result of queue_job's job
        """
        connectors = self.env["integration.connector"]
        owner = connectors.browse(owner_id or ()).exists()._get_channel_owner()
        if owner_id and not owner:
            # gone, or worked off elsewhere by now
            return ""
        settled = self._for_owner(owner)._run_lane()
        if settled:
            # the time was up. Where nothing could be done although something is due, for
            # want of budget say, another run would not do any better
            self._delay_due_runs(
                owner or connectors.search([("runner", "=", "queue_job")])
            )
        self._commit()
        return str(settled)

    @api.model
    def _run_lane(self):
        settled = super()._run_lane()
        if not self._is_queue_job_run():
            # the scheduled actions look after runs that got lost
            self._delay_due_runs()
            self._commit()
        return settled
