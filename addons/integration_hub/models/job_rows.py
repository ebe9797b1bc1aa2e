"""What is done for every job, in plain SQL: one statement a batch, whatever its size.

Each function leaves the ORM's cache of the jobs in keeping with their rows.
"""

import json
import uuid
from datetime import timedelta

from odoo.tools import SQL
from odoo.tools.json import json_default

from .job_order import HAS_NO_RECORD, IS_ALONE, IS_NEXT_OF_RECORD

LEASE = timedelta(minutes=3)
# those with which a lane died go in batches of a part of the usual size, and of so many at
# most: if it was one of them, that one is among few then, each of which may come to have
# a lane to itself
CRASHED_PART = 10
MOST_CRASHED = 5
# a job with which a lane died so often has a lane to itself: if it dies again, this is why
CRASHES_TO_SUSPECT = 2
# kinds of error that say something about the system, not about a record
SYSTEM_FAILURES = ("network", "outcome_unknown")
# what has failed so often with the whole of its batch goes in smaller ones
FAILURES_TO_PART = 2
MOST_PARTINGS = 20
# of the database server, which all hosts share
NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")
# by how often a lane died with them since they last came to an end
IS_NEW = SQL("job.crashes = 0")
HAS_CRASHED = SQL("job.crashes > 0 AND job.crashes < %s", CRASHES_TO_SUSPECT)
IS_SUSPECT = SQL("job.crashes >= %s", CRASHES_TO_SUSPECT)


def claim(run, turn, size, part=IS_NEW, only=None):
    """Mark the next jobs of a turn as running in this lane; not committed here.

    :param part: which of them: ``IS_NEW``, ``HAS_CRASHED`` or ``IS_SUSPECT``
    :param only: which of them may go, ``SQL`` on ``job``; else all
    :return: ``(mark, rows)``; a row has the id, whether there is an answer already,
        whether its request was set by a person, whether it is of a record, and until when
        a lost call for the same change may still be at work over there, be it this job's
        own or that of one that was cancelled or replaced since
    """
    mark, rows = _claim(run, turn, size, part, only)
    fitting = count_fitting([row[-2:] for row in rows], size)
    if fitting < len(rows):
        run.env.cr.rollback()
        mark, rows = _claim(run, turn, fitting, part, only)
    if rows and part is IS_NEW:
        run.starts[turn.key] = rows[-1][:2]
    return mark, sorted(row[1:-2] for row in rows)


def count_fitting(tries, size):
    """How many of these jobs go in one batch. One record may make the system fail whatever
    goes with it, so those that have failed with their batch again and again go in halves,
    quarters, and so on, until that one stands alone.

    :param tries: tuples (tries, this one among them; kind of the last error), in order
    :param int size: of a batch of those that have not failed
    """
    room = size
    for count, (attempts, error_kind) in enumerate(tries):
        partings = 0
        if error_kind in SYSTEM_FAILURES:
            partings = min(max(attempts - FAILURES_TO_PART, 0), MOST_PARTINGS)
        room -= 2**partings
        if room < 0 and count:
            return count
    return len(tries)


def _claim(run, turn, size, part, only):
    """See :func:`claim`.

    The claim index holds the waiting jobs of a turn in the order in which they get due:
    however many wait for later, they are not looked at. What this run has claimed already
    is not looked at again either: PostgreSQL keeps its index entries until no transaction
    on the server is older, a long import somewhere for example. What was queued before
    that place meanwhile is found when the turns are read again.

    ARRAY and OFFSET keep PostgreSQL from making joins of the subqueries, which it would
    plan by statistics: those of a queue are out of date the moment they are taken.

    Where the next one is of no record, those alone are taken, for which no order has to be
    kept: PostgreSQL plans the statement anew each time, and the condition costs as much to
    plan as all the rest.

    :return: ``(mark, rows)``; as there, but in the order of the queue, with the moment it
        got due before, and its tries and the kind of its last error behind
    """
    mark = uuid.uuid4().hex
    # the next one may not be among them
    is_part = part is not IS_NEW or only
    has_record = turn.has_record or is_part
    if part is IS_NEW:
        start = run.starts[turn.key]
        part = SQL("%s AND (job.next_try, job.id) >= (%s, %s)", part, *start)
    if only:
        part = SQL("%s AND %s", part, only)
    rows = run.env.execute_query(
        SQL(
            """
        UPDATE integration_job
           SET state = 'running', attempts = attempts + 1, lane = %(lane)s,
               lease_until = %(now)s + %(lease)s, started_at = %(now)s, sent_at = NULL,
               batch = %(mark)s
         WHERE id = ANY(ARRAY(
               SELECT job.id
                 FROM integration_job job
                WHERE %(is_of_turn)s
                  AND job.next_try <= (SELECT %(now)s)
                  AND %(part)s
                  AND %(is_served)s
                  AND NOT EXISTS (
                      SELECT FROM integration_job same
                       WHERE same.flow_id = job.flow_id
                         AND same.idempotency_key = job.idempotency_key
                         AND same.state = 'running'
                      OFFSET 0)
                  AND %(is_next)s
                ORDER BY job.next_try, job.id
                LIMIT %(size)s
                  FOR UPDATE OF job SKIP LOCKED))
        RETURNING next_try, id, answer IS NOT NULL, given_request IS NOT NULL,
                  res_id IS NOT NULL, (
                  SELECT MAX(lost.unsettled_until)
                    FROM integration_job lost
                   WHERE lost.flow_id = integration_job.flow_id
                     AND lost.idempotency_key = integration_job.idempotency_key
                     AND lost.unsettled_until IS NOT NULL),
                  attempts, error_kind
            """,
            lane=run.name,
            lease=LEASE,
            now=NOW,
            mark=mark,
            is_of_turn=turn.get_condition(),
            is_served=_get_served_condition(run, turn),
            is_next=IS_NEXT_OF_RECORD if has_record else HAS_NO_RECORD,
            part=part,
            size=size,
        )
    )
    return mark, sorted(rows)


def _get_served_condition(run, turn, also=None):
    """
    :param also: what else is asked of ``connector``, ``SQL``
    :return: ``SQL``: nobody has stopped what the turn is about, and its system need not be
        left alone
    """
    return SQL(
        """
        EXISTS (
            SELECT FROM integration_flow flow
              JOIN integration_connector connector ON connector.id = flow.connector_id
             WHERE flow.id = %s AND %s
               AND (connector.resting_until IS NULL OR connector.resting_until <= %s)
               AND %s)
        """,
        turn.flow.id,
        run.lane_model._get_at_work_condition(operation=SQL("%s", turn.operation)),
        NOW,
        also or SQL("TRUE"),
    )


def may_go(run, turn, most_failures):
    """
    :param int most_failures: where the system has failed so often in a row, no more goes out
        than the one job that finds out how it is
    :return: whether jobs of the turn that were claimed some time ago may go out still
    """
    is_well = SQL("COALESCE(connector.failures_in_a_row, 0) < %s", most_failures)
    condition = _get_served_condition(run, turn, None if turn.is_probing else is_well)
    [[is_met]] = run.env.execute_query(SQL("SELECT %s", condition))
    return is_met


def is_of_batch(table, mark):
    """Condition: under way in the batch of this mark.

    Written so that no index serves it. These rows are found by their ids; PostgreSQL, which
    takes running jobs for few, would rather read an index on states from end to end, and
    that is full of entries of earlier batches.
    """
    return SQL(
        "%(table)s.state IS NOT DISTINCT FROM 'running'"
        " AND %(table)s.batch IS NOT DISTINCT FROM %(mark)s",
        table=SQL.identifier(table),
        mark=mark,
    )


def get_ours(jobs, mark):
    """Those that are still held by the batch of this mark, locked by nobody.

    Whoever takes one from now on makes our next write to it fail, as transactions are
    REPEATABLE READ.
    """
    rows = jobs.env.execute_query(
        SQL(
            "SELECT id FROM integration_job WHERE id = ANY(%s) AND %s",
            list(jobs.ids),
            is_of_batch("integration_job", mark),
        )
    )
    ids = {row[0] for row in rows}
    return jobs.filtered(lambda job: job.id in ids)


def note_sent(requests, mark, have_record):
    """From here on something may have happened over there: keep what goes out.

    Two lanes may have claimed jobs of one record in the same moment, each before it could
    see the other's. Now they can: whoever sees another one under way stands back. So does
    a lane that was held up for longer than its lease.

    :param dict requests: ``{job: request}``
    :param str mark: of their batch
    :param bool have_record: whether some of them are of a record
    :return: dict ``{id: is_called_off}`` of those that may go
    """
    if not requests:
        return {}
    jobs = next(iter(requests)).union(*requests)
    jobs.env.cr.execute(
        SQL(
            """
        UPDATE integration_job job
           SET sent_at = %(now)s, request = %(requests)s::jsonb -> job.id::text
         WHERE job.id = ANY(%(ids)s) AND %(is_of_batch)s AND %(is_alone)s
        RETURNING job.id, job.is_called_off
            """,
            now=NOW,
            ids=list(jobs.ids),
            is_of_batch=is_of_batch("job", mark),
            is_alone=IS_ALONE if have_record else HAS_NO_RECORD,
            requests=json.dumps(
                {
                    job.id: request
                    for job, request in requests.items()
                    # most of them are made of the snapshot; some are the snapshot
                    if request and request != job.payload
                },
                default=json_default,
            ),
        )
    )
    sending = dict(jobs.env.cr.fetchall())
    jobs.invalidate_recordset(["sent_at", "request"], flush=False)
    return sending


def store_answers(env, answers, mark):
    """Keep what came back. A job that was taken from this lane meanwhile keeps it as well,
    so that its call is not made again; but not once it stands for a newer change, nor while
    another lane is at it. Whatever comes of it, it has not killed its lane.

    :param dict answers: ``{job: JSON}`` as made by ``batch_steps.pack_answer``
    :param str mark: of the batch that made the calls
    """
    if not answers:
        return
    jobs = env["integration.job"].browse([job.id for job in answers])
    jobs.flush_recordset(["answer", "crashes"])
    # one object, in which each finds its own: PostgreSQL would compare each row of a list
    # of values with each job
    env.cr.execute(
        SQL(
            """
        UPDATE integration_job SET answer = %s::jsonb -> id::text, crashes = 0
         WHERE id = ANY(%s) AND batch IS NOT DISTINCT FROM %s
           AND state IN ('running', 'retrying', 'failed')
            """,
            "{%s}" % ",".join(f'"{job.id}":{text}' for job, text in answers.items()),
            list(jobs.ids),
            mark,
        )
    )
    jobs.invalidate_recordset(["answer", "crashes"], flush=False)


def finish(jobs, duration):
    """They are done, and let go who waited for them.

    :param float duration: seconds since they were claimed
    """
    if not jobs:
        return
    jobs.env["integration.job"].flush_model()
    [[connector_ids]] = jobs.env.execute_query(
        SQL(
            """
        WITH done AS (
            UPDATE integration_job
               SET state = 'done', finished_at = %(now)s, duration = %(duration)s,
                   lane = NULL, lease_until = NULL, error_kind = NULL,
                   error_message = NULL, error_detail = NULL, unsettled_until = NULL,
                   crashes = 0, write_date = %(now)s
             WHERE id = ANY(%(ids)s)),
        released AS (
            UPDATE integration_job SET blocked_by_id = NULL, next_try = %(now)s
             WHERE blocked_by_id = ANY(%(ids)s)
            RETURNING connector_id)
        SELECT ARRAY(SELECT DISTINCT connector_id FROM released)
            """,
            now=NOW,
            duration=duration,
            ids=list(jobs.ids),
        )
    )
    if connector_ids:
        jobs._wake_released(connector_ids)
    jobs.invalidate_recordset(flush=False)
