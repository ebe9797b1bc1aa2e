{
    "name": "Integrations: Stock in the ERP",
    "summary": "What the ERP has of a product, and what arrives when",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub"],
    "data": [
        "security/ir.model.access.csv",
        "security/integration_rules.xml",
        "views/integration_stock_level_views.xml",
        "views/integration_flow_views.xml",
        "views/product_template_views.xml",
        "views/integration_menus.xml",
    ],
    "post_init_hook": "create_missing_flows",
    "installable": True,
}
