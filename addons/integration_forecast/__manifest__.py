{
    "name": "Integrations: Sales Forecast to the ERP",
    "summary": "The weighted pipeline, by product and month, in the ERP's planning",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/integration_security.xml",
        "views/integration_forecast_views.xml",
        "views/integration_flow_views.xml",
        "views/integration_menus.xml",
    ],
    "post_init_hook": "create_missing_flows",
    "installable": True,
}
