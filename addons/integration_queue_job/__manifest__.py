{
    "name": "Integrations on queue_job",
    "summary": "Runs the lanes of the sync queue as jobs of OCA queue_job: channels,"
    " capacity per connector, several nodes",
    "version": "19.0.1.1.0",
    "category": "Productivity",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub", "queue_job"],
    "data": [
        "data/queue_job_function.xml",
        "views/integration_connector_views.xml",
        "views/res_config_settings_views.xml",
    ],
    "installable": True,
}
