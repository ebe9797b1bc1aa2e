{
    "name": "Bench: a System that Does Nothing",
    "summary": "For measurements of the sync engine only; never install it elsewhere",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "license": "LGPL-3",
    "author": "CRM Integration Suite contributors",
    "depends": ["integration_hub"],
    "installable": True,
}
