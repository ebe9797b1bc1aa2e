def migrate(cr, version):
    """A connector's calls of a day are counted in one row, by all lanes together."""
    cr.execute(
        """
        WITH counted AS (
            DELETE FROM integration_usage RETURNING connector_id, day, calls)
        INSERT INTO integration_usage (connector_id, day, lane, calls)
        SELECT connector_id, day, '', SUM(calls) FROM counted GROUP BY connector_id, day
        """
    )
