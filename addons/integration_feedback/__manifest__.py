{
    "name": "Integrations: Product Feedback and Market Trends",
    "summary": "What customers wish for, complain of and buy elsewhere: gathered on "
    "opportunities, handed to the ERP as one summary per product",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub", "sale_crm"],
    "data": [
        "security/integration_security.xml",
        "security/ir.model.access.csv",
        "views/integration_feedback_views.xml",
        "views/integration_competitor_views.xml",
        "views/crm_lead_views.xml",
        "views/product_views.xml",
        "views/integration_flow_views.xml",
        "wizard/crm_lead_lost_views.xml",
        "views/integration_menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "installable": True,
}
