"""In which order jobs of one record go; conditions on ``integration_job job``."""

from odoo.tools import SQL

# ``other`` goes before ``job``: of the same record, it is under way, or earlier and still to
# be made. What has failed was set aside and holds up nobody; what needs attention holds up
# other operations alone, such as a cancellation the order. A stopped flow holds up no other
# flow, nor does what is scheduled for later, nor what is only read; what our own limits have
# put off is not scheduled. Whom an earlier one waits for goes before that one, and so before
# all that come after it. (Who waits for another one is asked for in a way that leaves the
# index on those alone: there may be many.)
HOLDS_UP = SQL(
    """
    other.connector_id = job.connector_id
    AND other.state IN ('waiting', 'retrying', 'running', 'attention')
    AND other.res_model = job.res_model
    AND other.res_id = job.res_id
    AND other.id <> job.id
    AND (other.state = 'running'
         OR (other.id < job.id
             AND (other.state <> 'waiting'
                  OR other.next_try <= (clock_timestamp() AT TIME ZONE 'UTC')
                  OR other.error_kind = 'rate_limit')
             AND (other.state <> 'attention'
                  OR other.flow_id <> job.flow_id
                  OR other.operation <> job.operation)
             AND EXISTS (
                 SELECT FROM integration_flow flow
                  WHERE flow.id = other.flow_id
                    AND flow.direction = 'push'
                    AND flow.state = 'running' AND flow.active)
             AND NOT EXISTS (
                 SELECT FROM integration_job first
                  WHERE first.connector_id = job.connector_id
                    AND first.state IN ('waiting', 'retrying', 'running', 'attention')
                    AND first.res_model = job.res_model
                    AND first.res_id = job.res_id
                    AND first.id <= other.id
                    AND COALESCE(first.blocked_by_id, 0) > 0
                    AND job.id IN (
                        WITH RECURSIVE awaited AS (
                            SELECT first.blocked_by_id AS id
                            UNION
                            SELECT further.blocked_by_id
                              FROM awaited
                              JOIN integration_job further ON further.id = awaited.id
                             WHERE further.blocked_by_id IS NOT NULL)
                        SELECT id FROM awaited)
                 OFFSET 0)))
    """
)
# Jobs of one record go one after the other.
# Steps in an index alone, and none for jobs without a record; OFFSET keeps PostgreSQL from
# making a join of it, planned by statistics that are out of date.
IS_NEXT_OF_RECORD = SQL(
    """
    (job.res_id IS NULL OR NOT EXISTS (
        SELECT FROM integration_job other WHERE %s OFFSET 0))
    """,
    HOLDS_UP,
)
# Another job of the record is not under way, as of a snapshot taken after the claim.
# Its state is asked for in a way that leaves the index on running jobs alone: PostgreSQL
# takes them for few, and would read all of them for each.
IS_ALONE = SQL(
    """
    (job.res_id IS NULL OR NOT EXISTS (
        SELECT FROM integration_job other
         WHERE other.connector_id = job.connector_id
           AND other.state IN ('waiting', 'retrying', 'running', 'attention')
           AND other.state IS NOT DISTINCT FROM 'running'
           AND other.res_model = job.res_model
           AND other.res_id = job.res_id
           AND other.id <> job.id
        OFFSET 0))
    """
)
HAS_NO_RECORD = SQL("job.res_id IS NULL")


def find_holding_up(jobs):
    """:return: dict ``{id: id of the first job that holds it up}`` of those of ``jobs`` that
    wait for another one of their record"""
    jobs.env["integration.job"].flush_model()
    return dict(
        jobs.env.execute_query(
            SQL(
                """
            SELECT job.id, MIN(other.id)
              FROM integration_job job
              JOIN integration_job other ON %s
             WHERE job.id = ANY(%s) AND job.state IN ('waiting', 'retrying')
             GROUP BY job.id
                """,
                HOLDS_UP,
                list(jobs.ids),
            )
        )
    )


def find_circles(jobs):
    """Those of ``jobs`` that wait for themselves: for one that waits, in the end, for them.
    Each of the steps in between waits for another job, or for one of its own record.

    :param jobs: ``integration.job`` that were made to wait for others, in the database
    """
    rows = jobs.env.execute_query(
        SQL(
            """
        WITH RECURSIVE awaited AS (
            SELECT job.id AS start, job.blocked_by_id AS id
              FROM integration_job job
             WHERE job.id = ANY(%s) AND job.blocked_by_id IS NOT NULL
            UNION
            SELECT awaited.start, next.id
              FROM awaited
              JOIN integration_job job ON job.id = awaited.id
              JOIN LATERAL (
                   SELECT job.blocked_by_id AS id WHERE job.blocked_by_id IS NOT NULL
                   UNION ALL
                   SELECT other.id FROM integration_job other WHERE %s) next ON TRUE
             WHERE job.state IN ('waiting', 'retrying') AND awaited.id <> awaited.start)
        SELECT DISTINCT start FROM awaited WHERE id = start
            """,
            list(jobs.ids),
            HOLDS_UP,
        )
    )
    ids = {row[0] for row in rows}
    return jobs.filtered(lambda job: job.id in ids)
