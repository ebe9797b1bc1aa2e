"""What the CRM is filled with, by its own models as an import would. Called inside `odoo shell`."""

from odoo import fields

from bench.volume.copies import Copies
from bench.volume.seeds import CODE, CUSTOMER, MONTHS, QUANTITY, chunks
from bench.volume.work import settle

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}
# Orders are not pushed here: that has a measurement of its own.
OFF = ("sale_order_push",)


def connect(env, kind: str, values: dict) -> int:
    """A Dutch company, and a running connector whose units are mapped; all flows wait for their turn."""
    company = env.ref("base.main_company")
    company.write(
        {"country_id": env.ref("base.nl").id, "currency_id": env.ref("base.EUR").id}
    )
    env["account.chart.template"].try_loading("nl", company, install_demo=False)
    env["res.config.settings"].create(
        {"group_uom": True, "group_product_pricelist": True}
    ).execute()
    connector = env["integration.connector"].create(
        {"name": "ERP", "system_type": kind, **values}
    )
    connector.action_test_connection()
    env.cr.commit()
    env["integration.lane"]._run_connection_tests()
    if problem := connector.error_message or connector.missing_message:
        raise RuntimeError(problem)
    connector.flow_ids.state = "paused"
    connector.action_start()
    connector.flow_ids.filtered(lambda flow: flow.code in OFF).active = False
    flow = connector._get_flow("reference_pull")
    flow.state = "running"
    env.cr.commit()
    flow.action_run_now()
    env.cr.commit()
    settle(env, flow)
    flow.state = "paused"
    lines = env["integration.value.mapping"]
    lines.action_add_missing()
    lines.action_propose_matches()
    lines.search([("state", "=", "proposed")]).action_confirm()
    # Tryton's Unit is Units here: no name tells that, so somebody says it once
    unit = env["integration.remote.value"].search(
        [("kind", "=", "unit"), ("name", "=", "Unit")]
    )
    if unit:
        lines.search(
            [
                ("kind", "=", "unit"),
                ("res_id", "=", env.ref("uom.product_uom_unit").id),
            ]
        ).write({"remote_id": unit.remote_id})
    customers = connector._get_flow("customer_push")
    customers.customer_scope = "filter"
    customers.filter_domain = "[('ref', '=like', 'VOL-%')]"
    env.cr.commit()
    return connector.id


def find(env, model: str, count: int, field: str, text: str):
    """The records made of the numbers up to `count`, in their order."""
    pattern = text.replace("{:05d}", "%")
    records = env[model].search([(field, "=like", pattern)], order=f"{field}, id")
    return records[:count]


def customers(env, count: int) -> None:
    """Companies, each with a delivery address."""
    Partner = env["res.partner"].with_context(**QUIET)
    country = env.ref("base.nl").id
    for numbers in chunks(range(count)):
        parents = Partner.create(
            [
                {
                    "name": CUSTOMER.format(number),
                    "ref": CODE.format(number),
                    "is_company": True,
                    "email": f"inkoop@volume-{number:05d}.example",
                    "phone": "+31 20 555 0100",
                    "street": f"Kanaalweg {number + 1}",
                    "zip": "2011 AB",
                    "city": "Haarlem",
                    "country_id": country,
                    "child_ids": [
                        (
                            0,
                            0,
                            {
                                "type": "delivery",
                                "name": "Magazijn",
                                "street": f"Havenstraat {number + 1}",
                                "zip": "1975 AA",
                                "city": "IJmuiden",
                                "country_id": country,
                            },
                        )
                    ],
                }
                for number in numbers
            ]
        )
        assert parents
        env.cr.commit()
        env.invalidate_all()


def change_customers(env, count: int) -> None:
    """They have moved."""
    for partner in find(env, "res.partner", count, "ref", CODE):
        partner.street = f"Verhuisd {partner.id}"


def leads(env, count: int, first: int = 0, **values) -> list[int]:
    """Opportunities of one line each, of one customer and one product after the other."""
    partners = find(env, "res.partner", count, "ref", CODE).ids
    products = find(env, "product.product", count, "default_code", CODE).ids
    columns = {
        "title": [f"Volume {first + number:05d}" for number in range(count)],
        "code": [f"{number % len(partners):05d}" for number in range(count)],
        "partner": [partners[number % len(partners)] for number in range(count)],
        "product": [products[number % len(products)] for number in range(count)],
    }
    with Copies(
        env.cr,
        columns,
        {"partner": "res_partner", "product": "product_product"},
        ["title", "code"],
        {
            "crm_lead.date_deadline": "(model.date_deadline"
            f" + number.place % {MONTHS} * interval '1 month')::date"
        },
    ) as copies:
        env["crm.lead"].with_context(**QUIET).create(
            {
                "name": columns["title"][0],
                "type": "opportunity",
                "partner_id": partners[0],
                "date_deadline": fields.Date.context_today(env.user),
                "lead_line_ids": [
                    (0, 0, {"product_id": products[0], "quantity": QUANTITY})
                ],
                **values,
            }
        )
        env.flush_all()
    return copies.get_ids("crm_lead")


def won_leads(env, count: int, first: int = 0) -> list[str]:
    """Won ones whose orders are in the ERP; returns the keys it shall know them by."""
    stage = env["crm.stage"].search([("is_won", "=", True)], limit=1)
    ids = leads(env, count, first, stage_id=stage.id, probability=100)
    prefix = env["integration.connector"]._get_remote_key_prefix()
    return [f"{prefix}OPP{lead}" for lead in ids]


def erp_orders(env, orders: list, is_confirmed: bool = True) -> None:
    """What the push would have kept of each: key, id and number over there, totals."""
    connector = env["integration.connector"].search([])
    flow = connector.with_context(active_test=False).flow_ids.filtered(
        lambda item: item.code == "sale_order_push"
    )
    currency = env.ref("base.EUR").id
    keys, ids, _lines, names, untaxed, totals = zip(*orders, strict=True)
    found = env["crm.lead"].browse(int(key.rpartition("OPP")[2]) for key in keys)
    columns = {
        "key": keys,
        "lead": found.ids,
        "remote_id": [str(remote_id) for remote_id in ids],
        "name": names,
        "partner": [lead.partner_id.id for lead in found],
    }
    with Copies(
        env.cr,
        columns,
        {"lead": "crm_lead", "partner": "res_partner"},
        ["key"],
        {
            "integration_erp_order.remote_id": "number.remote_id",
            "integration_erp_order.remote_number": "number.name",
        },
    ):
        env["integration.erp.order"].create(
            {
                "connector_id": connector.id,
                "flow_id": flow.id,
                "lead_id": found[0].id,
                "key": keys[0],
                "remote_id": str(ids[0]),
                "remote_number": names[0],
                "currency_id": currency,
                "expected_currency_id": currency,
                "expected_total": totals[0],
                "expected_untaxed": untaxed[0],
                "amount_total": totals[0],
                "amount_untaxed": untaxed[0],
                "state": "confirmed" if is_confirmed else "draft",
            }
        )
        env.flush_all()


def sent_orders(env, orders: list) -> None:
    """As :func:`erp_orders`, not confirmed; and what a change is compared with."""
    erp_orders(env, orders, is_confirmed=False)
    flows = env["integration.flow"].with_context(active_test=False)
    flows.search([("code", "=", "sale_order_push")]).confirm_policy = "never"
    lines = {key: str(line) for key, _id, line, *_more in orders}
    for keys in chunks(lines):
        found = env["integration.erp.order"].search([("key", "in", keys)])
        for order in found:
            payload = order._take_snapshot()
            [line] = payload["lines"]
            order.write(
                {
                    "sent_payload": payload,
                    "sent_hash": order._get_content_hash(),
                    "remote_line_ids": {line["key"]: lines[order.key]},
                }
            )
        found.lead_id._update_integration_status()
        env.cr.commit()
        env.invalidate_all()


def change_deals(env, count: int, quantity: int) -> None:
    """The customers of won deals want another quantity."""
    found = env["integration.erp.order"].search(
        [("sent_payload", "!=", False)], order="id", limit=count
    )
    for ids in chunks(found.lead_id.ids):
        env["crm.lead"].browse(ids).lead_line_ids.write({"quantity": quantity})
        env.cr.commit()
        env.invalidate_all()


def forecast(env, count: int) -> None:
    """Open deals, one for each product."""
    # the won ones of the order status need no supply
    leads(env, count, first=count, probability=50)


def change_forecast(env, count: int) -> None:
    """Customers want more."""
    found = env["crm.lead"].search(
        [("probability", "=", 50), ("name", "=like", "Volume %")],
        order="name",
        limit=count,
    )
    found.lead_line_ids.write({"quantity": 2 * QUANTITY})


def complaints(env, count: int) -> None:
    """One of each customer, about one product after the other; sent as people send them."""
    Complaint = env["integration.complaint"].with_context(**QUIET)
    partners = find(env, "res.partner", count, "ref", CODE)
    products = find(env, "product.product", count, "default_code", CODE)
    for numbers in chunks(range(count)):
        Complaint.create(
            [
                {
                    "subject": f"Leaks {number}",
                    "partner_id": partners[number % len(partners)].id,
                    "product_id": products[number % len(products)].id,
                    "quantity": 1,
                    "description": "It drips since Monday.",
                }
                for number in numbers
            ]
        ).action_send()
        env.cr.commit()
        env.invalidate_all()


def change_complaints(env, count: int) -> None:
    """The customer tells more."""
    for complaint in env["integration.complaint"].search(
        [("origin", "=", "crm")], order="id", limit=count
    ):
        complaint.description = "It drips since Monday, from the lid as well."


def feedback(env, count: int, text: str = "The handle should be longer.") -> None:
    """One of each product."""
    products = find(env, "product.product", count, "default_code", CODE)
    partners = find(env, "res.partner", count, "ref", CODE)
    for numbers in chunks(range(count)):
        env["integration.feedback"].create(
            [
                {
                    "product_id": products[number].id,
                    "partner_id": partners[number % len(partners)].id,
                    "text": text,
                }
                for number in numbers
                if number < len(products)
            ]
        )
        env.cr.commit()
        env.invalidate_all()
