def migrate(cr, version):
    """Each connector had a channel of its own, and may have been given a capacity there."""
    cr.execute(
        "UPDATE integration_connector SET runner = 'queue_job_channel'"
        " WHERE runner = 'queue_job'"
    )
