{
    "name": "Integrations: Customers",
    "summary": "Customers, their contact persons and addresses go to the ERP, and stay "
    "linked to their counterparts there; what the ERP owns of them comes back",
    "version": "19.0.1.0.2",
    "category": "Sales/CRM",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub"],
    "data": ["views/integration_flow_views.xml"],
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "installable": True,
}
