{
    "name": "Integrations: Odoo",
    "summary": "Another Odoo as ERP, over JSON-2 or JSON-RPC",
    "version": "19.0.1.0.0",
    "category": "Productivity",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub"],
    "external_dependencies": {"python": ["requests"]},
    "data": ["views/integration_connector_views.xml"],
}
