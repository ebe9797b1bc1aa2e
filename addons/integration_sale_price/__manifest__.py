{
    "name": "Integrations: ERP Prices on Lines",
    "summary": "A line of an opportunity or quotation that departs from the ERP's price"
    " shows that price",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_sale", "integration_price"],
    "data": [
        "views/crm_lead_views.xml",
        "views/sale_order_views.xml",
    ],
    "auto_install": True,
    "installable": True,
}
