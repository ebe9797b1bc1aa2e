{
    "name": "Integrations: Product Catalogue",
    "summary": "Products and variants of the ERP come into Odoo, mapped from the start",
    "version": "19.0.1.0.1",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub"],
    "data": [
        "security/ir.model.access.csv",
        "security/integration_rules.xml",
        "views/integration_catalog_item_views.xml",
        "views/integration_flow_views.xml",
        "views/product_template_views.xml",
        "views/integration_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["integration_catalog/static/tests/tours/**/*"],
    },
    "post_init_hook": "create_missing_flows",
    "installable": True,
}
