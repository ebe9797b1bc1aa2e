{
    "name": "Integrations",
    "summary": "Connects Odoo with the other systems of a business: connectors, "
    "matching, mappings, sync queue, monitoring",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["mail", "product", "uom"],
    "external_dependencies": {"python": ["cryptography", "requests"]},
    "data": [
        "data/ir_cron.xml",
    ],
    "assets": {
        "web.assets_backend": ["integration_hub/static/src/**/*"],
    },
    "application": True,
    "installable": True,
}
