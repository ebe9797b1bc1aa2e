{
    "name": "Bench: Empty Jobs of queue_job",
    "summary": "For measurements beside OCA queue_job only; never install it elsewhere",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["queue_job"],
    "installable": True,
}
