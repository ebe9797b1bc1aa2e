{
    "name": "Integrations: Price Lists",
    "summary": "Price lists, quantity breaks and customer prices of the ERP come into Odoo",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub"],
    "data": [
        "views/integration_flow_views.xml",
        "views/product_pricelist_views.xml",
    ],
    "post_init_hook": "create_missing_flows",
    "installable": True,
}
