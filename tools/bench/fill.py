"""Writes opportunities into the CRM, not yet won. Run inside `odoo shell`, where `env` is there.

Reads HARNESS_SETTINGS (JSON: numbers, team, salesperson) and writes their ids, in order, to HARNESS_ANSWER.
"""

import json
import os

from bench import orders

env = globals()["env"]
BATCH = 500


def create(numbers, salesperson, team):
    """As an import would: nobody is told of each."""
    Lead = env["crm.lead"].with_context(
        tracking_disable=True,
        mail_create_nolog=True,
        mail_create_nosubscribe=True,
        mail_notrack=True,
    )
    products = {
        product.default_code: product.id
        for product in env["product.product"].search([])
    }
    partners = dict(
        env["res.partner"]
        .search([("is_company", "=", True)])
        .mapped(lambda item: (item.email, item.id))
    )
    ids = []
    for start in range(0, len(numbers), BATCH):
        values = []
        for number in numbers[start : start + BATCH]:
            order = orders.order(number)
            lines = [
                (
                    0,
                    0,
                    {
                        "product_id": products[line.code],
                        "quantity": line.quantity,
                        "discount": line.discount,
                    },
                )
                for line in order.lines
            ]
            values.append(
                {
                    "name": f"Bench {number}",
                    "type": "opportunity",
                    "partner_id": partners[
                        orders.customer_values(order.customer)["email"]
                    ],
                    "user_id": salesperson.id,
                    "team_id": team.id,
                    "lead_line_ids": lines,
                }
            )
        ids += Lead.create(values).ids
        env.cr.commit()
        env.invalidate_all()
    return ids


settings = json.loads(os.environ["HARNESS_SETTINGS"])
answer = create(
    range(settings["first"], settings["first"] + settings["count"]),
    env["res.users"].search([("login", "=", settings["salesperson"])]),
    env["crm.team"].search([("name", "=", settings["team"])], limit=1),
)
with open(os.environ["HARNESS_ANSWER"], "w") as file:
    json.dump(answer, file)
