{
    "name": "CRM Integration Suite",
    "summary": "Won opportunities become sales orders in your ERP; invoice and shipping"
    " status come back",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": [
        "integration_account_figures",
        "integration_after_sales",
        "integration_catalog",
        "integration_feedback",
        "integration_forecast",
        "integration_price",
        "integration_sale",
        "integration_sale_price",
        "integration_sale_stock",
        "integration_stock",
        "integration_odoo",
        "integration_tryton",
    ],
    "data": ["views/crm_menus.xml"],
    "assets": {
        "web.assets_tests": ["crm_integration_suite/static/tests/tours/**/*"],
    },
    "application": True,
    "installable": True,
}
