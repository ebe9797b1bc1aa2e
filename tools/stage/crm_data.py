"""Sets up a CRM as a sales organisation would have it. Run inside `odoo shell`, where `env` is there.

Reads HARNESS_SETTINGS (JSON: catalogue, customers, users) and writes its answer (API keys by login) to HARNESS_ANSWER.
"""

import json
import os

env = globals()["env"]
UNITS = {
    "unit": "uom.product_uom_unit",
    "metre": "uom.product_uom_meter",
    "kilogram": "uom.product_uom_kgm",
    "dozen": "uom.product_uom_dozen",
    "hour": "uom.product_uom_hour",
}
TERMS = {
    14: "account.account_payment_term_15days",
    30: "account.account_payment_term_30days",
}


def set_up_company():
    """A Dutch company in euros that also sells in dollars."""
    company = env.ref("base.main_company")
    company.write(
        {
            "name": "Noordzee Techniek Sales",
            "country_id": env.ref("base.nl").id,
            "currency_id": env.ref("base.EUR").id,
            "email": "sales@noordzee-techniek.example",
        }
    )
    env["account.chart.template"].try_loading("nl", company, install_demo=False)
    dollar = env.ref("base.USD")
    dollar.active = True
    env["res.currency.rate"].create(
        {"name": "2026-01-01", "currency_id": dollar.id, "rate": 1.085}
    )
    features = {
        "group_uom": True,
        "group_product_pricelist": True,
        "group_multi_currency": True,
        "group_sale_delivery_address": True,
        "group_discount_per_so_line": True,
    }
    env["res.config.settings"].create(features).execute()
    env["product.pricelist"].create({"name": "Export USD", "currency_id": dollar.id})
    return company


def create_products(company, catalogue):
    """As sales knows them: codes, units and prices of its own."""
    chart = env["account.chart.template"].with_company(company)
    taxes = {21: chart.ref("btw_21"), 9: chart.ref("btw_9")}
    env["product.product"].create(
        [
            {
                "default_code": item["code"],
                "barcode": item["barcode"],
                "name": item["name"],
                "description_sale": item["description"],
                "type": "consu" if item["type"] == "goods" else "service",
                "uom_id": env.ref(UNITS[item["unit"]]).id,
                "list_price": item["list_price"],
                "taxes_id": [(6, 0, taxes[item["tax"]].ids)],
            }
            for item in catalogue
        ]
    )


def create_customers(customers):
    """Companies with their people and delivery addresses."""
    domestic = env["account.chart.template"].ref("l10n_nl_domestic_fiscal_position")
    countries = {country.code: country.id for country in env["res.country"].search([])}
    for customer in customers:
        address = {
            key: customer.get(key)
            for key in ("email", "phone", "street", "zip", "city")
        }
        company = env["res.partner"].create(
            {
                "name": customer["name"],
                "is_company": True,
                "vat": customer.get("vat"),
                "country_id": countries[customer["country"]],
                **address,
            }
        )
        if customer.get("pays_dutch_vat"):
            company.property_account_position_id = domestic
        if days := customer.get("payment_days"):
            company.property_payment_term_id = env.ref(TERMS[days])
        people = [
            {"type": "contact", **contact} for contact in customer.get("contacts", ())
        ]
        if customer.get("delivery"):
            people.append(
                {"type": "delivery", "country_id": company.country_id.id}
                | customer["delivery"]
            )
        env["res.partner"].create(
            [{"parent_id": company.id} | person for person in people]
        )


def create_user(user):
    """Somebody with a job in the CRM; returns an API key."""
    found = env["res.users"].search([("login", "=", user["login"])])
    values = {
        "password": user["password"],
        "group_ids": [(4, env.ref(group).id) for group in user["groups"]],
    }
    if found:
        found.write(values)
    else:
        found = env["res.users"].create(
            {
                "name": user["name"],
                "login": user["login"],
                "email": user["login"],
                **values,
            }
        )
    # sudo: a key without an expiry date is more than such a user may give himself.
    return (
        env["res.users.apikeys"].with_user(found).sudo()._generate("rpc", "demo", False)
    )


settings = json.loads(os.environ["HARNESS_SETTINGS"])
create_products(set_up_company(), settings["catalogue"])
create_customers(settings["customers"])
answer = {user["login"]: create_user(user) for user in settings["users"]}
for team in settings["teams"]:
    env["crm.team"].create(
        {
            "name": team,
            "member_ids": [
                (6, 0, env["res.users"].search([("login", "in", [*answer])]).ids)
            ],
        }
    )
env.cr.commit()
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
