{
    "name": "Integrations: Account Figures",
    "summary": "Receivables, overdue amounts, credit limit and margin of a customer in the "
    "ERP, where salespeople decide",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_customer", "sale_crm"],
    "data": [
        "security/integration_security.xml",
        "security/ir.model.access.csv",
        "wizard/credit_hold_views.xml",
        "views/integration_account_figure_views.xml",
        "views/res_partner_views.xml",
        "views/crm_lead_views.xml",
        "views/sale_order_views.xml",
        "views/integration_flow_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["integration_account_figures/static/src/**/*"],
        "web.assets_tests": ["integration_account_figures/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "installable": True,
}
