{
    "name": "Integrations: Stock on Lines",
    "summary": "Lines of opportunities and quotations show what the ERP has",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_sale", "integration_stock"],
    "data": [
        "views/crm_lead_views.xml",
        "views/sale_order_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["integration_sale_stock/static/src/**/*"],
        "web.assets_tests": ["integration_sale_stock/static/tests/tours/**/*"],
    },
    "auto_install": True,
    "installable": True,
}
