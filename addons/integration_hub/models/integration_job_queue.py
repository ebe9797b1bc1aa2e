import json

from odoo import api, models
from odoo.tools import SQL


class IntegrationJob(models.Model):
    """How a job gets into the queue, and back into it."""

    _inherit = "integration.job"

    @api.private
    def _enqueue(self, flow, requests):
        """Queue changes; part of the caller's transaction, started right after commit.

        What is queued already under the same key gets the newer snapshot and is armed
        again: one job, however often it is asked for.

        :param flow: ``integration.flow``, one
        :param requests: list of dicts with ``operation``, ``name``, ``payload``
            (JSON-safe), ``idempotency_key``, and optionally ``record``, ``priority``,
            ``trigger``, and ``is_urgent`` where a scheduled flow is not to wait for its
            next run, ``given_request`` (goes out as it is, instead of what the
            handler would make) and ``replay_of_id``
        :return: the jobs, in the order of ``requests``
        """
        if not requests:
            return self.browse()
        now = self.env.cr.now()
        handler = flow._get_handler()
        requests = handler._amend_requests(flow, requests)
        next_slot = flow._get_next_slot()
        rows = {}
        for request in requests:
            record, given = request.get("record"), request.get("given_request")
            # the last one of a key wins: INSERT can't update a row twice
            rows[request["idempotency_key"]] = SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s::jsonb,"
                " %s::integer, 'waiting', 0, 0, %s, %s, %s, %s, %s)",
                flow.id,
                flow.connector_id.id,
                flow.connector_id.company_id.id,
                request["operation"],
                request["name"],
                record._name if record else None,
                record.id if record else None,
                json.dumps(request["payload"]),
                request["idempotency_key"],
                request.get("priority", flow.priority),
                self.env.uid,
                request.get("trigger"),
                json.dumps(given) if given else None,
                request.get("replay_of_id"),
                now if request.get("is_urgent") else next_slot,
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO integration_job
                (flow_id, connector_id, company_id, operation, name, res_model, res_id,
                 payload, idempotency_key, priority, user_id, trigger, given_request,
                 replay_of_id, state, attempts, crashes, next_try, create_uid, write_uid, create_date, write_date)
            VALUES %s
            ON CONFLICT (flow_id, idempotency_key)
                WHERE state IN ('waiting', 'retrying', 'failed', 'attention')
            DO UPDATE SET
                payload = EXCLUDED.payload, name = EXCLUDED.name, state = 'waiting',
                -- nor does it wait longer
                priority = CASE WHEN integration_job.state IN ('waiting', 'retrying')
                    THEN LEAST(integration_job.priority, EXCLUDED.priority)
                    ELSE EXCLUDED.priority END,
                trigger = EXCLUDED.trigger,
                given_request = EXCLUDED.given_request,
                -- what is to go at once still does when a scheduled change joins it
                next_try = CASE WHEN integration_job.state = 'waiting'
                    THEN LEAST(integration_job.next_try, EXCLUDED.next_try)
                    ELSE EXCLUDED.next_try END,
                attempts = 0, crashes = 0, answer = NULL, is_called_off = FALSE,
                error_kind = NULL, error_message = NULL, error_detail = NULL,
                write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
            RETURNING id, idempotency_key
                """,
                SQL(", ").join(rows.values()),
            )
        )
        ids = {key: job_id for job_id, key in self.env.cr.fetchall()}
        self.invalidate_model()
        jobs = self.browse([ids[request["idempotency_key"]] for request in requests])
        jobs._hurry_earlier()
        handler._on_waiting(flow, jobs)
        self.env["integration.lane"]._wake_up(connectors=flow.connector_id)
        return jobs

    @api.private
    def _arm(self):
        """Put jobs back into the queue, to be tried at once."""
        self.write(
            {
                "state": "waiting",
                "next_try": self.env.cr.now(),
                "attempts": 0,
                "crashes": 0,
                "error_kind": False,
                "error_message": False,
                "error_detail": False,
            }
        )
        for flow, jobs in self.grouped("flow_id").items():
            flow._get_handler()._on_waiting(flow, jobs)
        self.env["integration.lane"]._wake_up(connectors=self.connector_id)

    @api.private
    def _wake_for(self, connector, model_name, record_ids):
        """Records got the counterpart that jobs were waiting for: let those go on.

        :param connector: ``integration.connector``
        :param str model_name: model of the records
        :param record_ids: their ids
        :return: the jobs that go on
        """
        if not record_ids:
            return self.browse()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT id FROM integration_job
             WHERE connector_id = %s
               AND state = 'attention'
               AND error_detail ->> 'model' = %s
               AND EXISTS (
                   SELECT FROM jsonb_array_elements_text(error_detail -> 'ids') AS waits
                    WHERE waits = ANY(%s))
                """,
                connector.id,
                model_name,
                [str(record_id) for record_id in record_ids],
            )
        )
        jobs = self.browse([row[0] for row in rows])
        # sudo: who may map a product may let the deals go on that wait for it
        jobs.sudo()._arm()
        return jobs
