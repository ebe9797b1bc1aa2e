"""In which order jobs of one record go; conditions on ``integration_job job``."""

from odoo.tools import SQL

# Jobs of one record go one after the other: ``job`` waits while another is under way, or
# an earlier one is still to be made. What has failed was set aside and holds up nobody;
# what needs attention holds up other operations alone, such as a cancellation the order.
# A stopped flow holds up no other flow, nor does what is scheduled for later, nor what is
# only read. Whom an earlier one waits for goes first.
# Steps in an index alone, and none for jobs without a record; OFFSET keeps PostgreSQL from
# making a join of it, planned by statistics that are out of date.
IS_NEXT_OF_RECORD = SQL(
    """
    (job.res_id IS NULL OR NOT EXISTS (
        SELECT FROM integration_job other
         WHERE other.connector_id = job.connector_id
           AND other.state IN ('waiting', 'retrying', 'running', 'attention')
           AND other.res_model = job.res_model
           AND other.res_id = job.res_id
           AND other.id <> job.id
           AND (other.state = 'running'
                OR (other.id < job.id
                    AND (other.state <> 'waiting'
                         OR other.next_try <= (clock_timestamp() AT TIME ZONE 'UTC'))
                    AND (other.state <> 'attention'
                         OR other.flow_id <> job.flow_id
                         OR other.operation <> job.operation)
                    AND EXISTS (
                        SELECT FROM integration_flow flow
                         WHERE flow.id = other.flow_id
                           AND flow.direction = 'push'
                           AND flow.state = 'running' AND flow.active)
                    AND (other.blocked_by_id IS NULL OR job.id NOT IN (
                        WITH RECURSIVE awaited AS (
                            SELECT other.blocked_by_id AS id
                            UNION
                            SELECT further.blocked_by_id
                              FROM awaited
                              JOIN integration_job further ON further.id = awaited.id
                             WHERE further.blocked_by_id IS NOT NULL)
                        SELECT id FROM awaited))))
        OFFSET 0))
    """
)
# Another job of the record is not under way, as of a snapshot taken after the claim.
IS_ALONE = SQL(
    """
    (job.res_id IS NULL OR NOT EXISTS (
        SELECT FROM integration_job other
         WHERE other.connector_id = job.connector_id
           AND other.state = 'running'
           AND other.res_model = job.res_model
           AND other.res_id = job.res_id
           AND other.id <> job.id
        OFFSET 0))
    """
)
HAS_NO_RECORD = SQL("job.res_id IS NULL")
