"""What the measurement of lists does inside an Odoo process: fill the tables, open the lists as the web client does."""

import json
import os
import time

from lxml import etree

from odoo.tools.safe_eval import safe_eval

# small, so that a list of few records has a second page too: then the client counts them
PAGE = 20
COUNT_LIMIT = 10_001
TIMES = 5
# name: (who, model, xmlid of the action)
LISTS = {
    "queue": ("steward", "integration.job", "integration_hub.integration_job_action"),
    "product mappings": (
        "steward",
        "integration.product.mapping",
        "integration_hub.integration_product_mapping_action",
    ),
    "problems": (
        "steward",
        "integration.problem",
        "integration_hub.integration_problem_action",
    ),
    "overview": (
        "steward",
        "integration.connector",
        "integration_hub.integration_connector_action",
    ),
    "pipeline": ("seller", "crm.lead", "crm.crm_lead_action_pipeline"),
    "opportunities, as a list": ("seller", "crm.lead", "crm.crm_lead_action_pipeline"),
    "ERP orders": (
        "seller",
        "integration.erp.order",
        "integration_sale.integration_erp_order_action",
    ),
}
# what is looked at while it is open
GROWN = (
    "crm_lead",
    "integration_erp_order",
    "integration_job",
    "integration_product_mapping",
    "integration_cause",
    "integration_cause_job",
)
GROUPS = {
    "steward": (
        "sales_team.group_sale_manager",
        "integration_hub.group_integration_manager",
    ),
    "seller": ("sales_team.group_sale_salesman_all_leads",),
}


def prepare(env) -> dict:
    """People, a connector, and one of each record, to be copied. Returns their ids."""
    users = {}
    for name, groups in GROUPS.items():
        user = env["res.users"].create(
            {
                "name": name,
                "login": f"lists-{name}",
                "group_ids": [
                    (4, env.ref(group).id) for group in ("base.group_user", *groups)
                ],
            }
        )
        users[name] = user.id
    connector = env["integration.connector"].create(
        {"name": "ERP", "system_type": "odoo", "url": "http://127.0.0.1:1"}
    )
    connector.state = "running"
    product = env["product.product"].create({"name": "Pump", "default_code": "PUMP"})
    partner = env["res.partner"].create({"name": "Customer", "is_company": True})
    lead = env["crm.lead"].create(
        {
            "name": "Deal",
            "type": "opportunity",
            "partner_id": partner.id,
            "user_id": users["seller"],
            "lead_line_ids": [(0, 0, {"product_id": product.id, "quantity": 2})],
        }
    )
    order = env["integration.erp.order"].create(
        {
            "connector_id": connector.id,
            "lead_id": lead.id,
            "key": "KEY-0",
            "remote_id": "0",
            "remote_number": "SO0",
            "currency_id": env.company.currency_id.id,
            "amount_total": 10.0,
            "state": "confirmed",
        }
    )
    mapping = env["integration.product.mapping"].create(
        {
            "connector_id": connector.id,
            "product_id": product.id,
            "remote_id": "R0",
            "remote_code": "P",
        }
    )
    flow = connector._get_flow("sale_order_push")
    env["integration.job"]._enqueue(
        flow,
        [
            {
                "operation": "push",
                "name": "Order",
                "payload": {"value": 1},
                "idempotency_key": "KEY-0",
                "res_model": "crm.lead",
                "res_id": lead.id,
            }
        ],
    )
    env.cr.precommit.run()
    env.flush_all()
    job = env["integration.job"].search([("flow_id", "=", flow.id)], limit=1)
    job.write({"state": "attention", "error_message": "Something is missing."})
    env.cr.commit()
    found = {
        "job": job,
        "lead": lead,
        "order": order,
        "mapping": mapping,
        "template": product.product_tmpl_id,
        "product": product,
    }
    return {name: record.id for name, record in found.items()}


def copy(env, table: str, record: int, first: int, count: int, **values) -> None:
    """Many rows like one, which differ in what `values` says: SQL, with `number` for the place in the row."""
    env.cr.execute(
        "select column_name from information_schema.columns"
        " where table_name = %s and column_name != 'id' and is_generated = 'NEVER'",
        [table],
    )
    columns = [name for (name,) in env.cr.fetchall()]
    expressions = [values.get(name, f'model."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"insert into {table} ({names}) select {', '.join(expressions)}"
        f" from {table} model, generate_series(%s, %s) as number where model.id = %s",
        [first, first + count - 1, record],
    )


def grow(env, models: dict, first: int, jobs: int, leads: int, mappings: int) -> None:
    """So many more of each."""
    copy(env, "crm_lead", models["lead"], first, leads, name="'Deal ' || number")
    # the orders belong to the copies just made, in their order
    env.cr.execute("select max(id) from crm_lead")
    last = env.cr.fetchone()[0]
    number = {"key": "'KEY-' || number", "remote_id": "number::text"}
    copy(
        env,
        "integration_erp_order",
        models["order"],
        first,
        leads,
        **number,
        remote_number="'SO' || number",
        lead_id=f"{last - leads + 1 - first} + number",
    )
    copy(
        env,
        "integration_job",
        models["job"],
        first,
        jobs,
        idempotency_key="'KEY-' || number",
        name="'Order ' || number",
        res_id=f"{last - leads + 1 - first} + ((number - {first}) %% {leads} + {first})",
        # most are open: that is what the list shows, a full page with few as well
        state="(array['done', 'waiting', 'waiting', 'failed', 'attention'])"
        "[number %% 5 + 1]",
        error_kind="'mapping'",
    )
    name = "jsonb_build_object('en_US', 'Pump ' || number)"
    copy(env, "product_template", models["template"], first, mappings, name=name)
    env.cr.execute("select max(id) from product_template")
    last = env.cr.fetchone()[0]
    copy(
        env,
        "product_product",
        models["product"],
        first,
        mappings,
        default_code="'PUMP-' || number",
        product_tmpl_id=f"{last - mappings + 1 - first} + number",
        combination_indices="'c' || number",
    )
    env.cr.execute("select max(id) from product_product")
    last = env.cr.fetchone()[0]
    copy(
        env,
        "integration_product_mapping",
        models["mapping"],
        first,
        mappings,
        product_id=f"{last - mappings + 1 - first} + number",
        remote_code="'P' || number",
        remote_id="'R' || number",
    )
    name_causes(env)
    env.cr.commit()
    for table in GROWN:
        env.cr.execute(f"analyze {table}")
    env.cr.commit()


def name_causes(env) -> None:
    """A product for each job that stands still: one line in the list of problems holds up several."""
    env.cr.execute(
        """
        insert into integration_cause
               (connector_id, key, kind, res_model, res_id, create_date, write_date)
        select connector_id, 'mapping:' || product_id, 'mapping', 'product.product',
               product_id, now(), now()
          from integration_product_mapping on conflict do nothing
        """
    )
    env.cr.execute(
        """
        insert into integration_cause_job (cause_id, job_id, since)
        select cause.id, job.id, now()
          from (select id, row_number() over (order by id) as place,
                       count(*) over () as total from integration_cause) cause
          join (select id, row_number() over (order by id) as place
                  from integration_job where state in ('failed', 'attention')) job
            on job.place % cause.total + 1 = cause.place
            on conflict do nothing
        """
    )


def specification(node, fields: dict) -> dict:
    """What the web client asks of the fields of a view."""
    found = {}
    for item in node.iterfind(".//field"):
        name = item.get("name")
        kind = fields.get(name, {}).get("type")
        if not kind or item.xpath("ancestor::field"):
            continue
        found[name] = (
            {"fields": {"display_name": {}}}
            if kind in ("many2one", "many2many", "one2many")
            else {}
        )
    return found


def default_domain(env, action, search) -> list:
    """The action's own, and the filters it switches on."""
    names = {"uid": env.uid, "user": env.user, "active_id": False}
    context = safe_eval(action.context or "{}", dict(names))
    domain = list(safe_eval(action.domain or "[]", dict(names)))
    for node in etree.fromstring(search["arch"]).iterfind(".//filter"):
        is_on = context.get(f"search_default_{node.get('name')}")
        if is_on and node.get("domain"):
            domain += safe_eval(node.get("domain"), dict(names))
    return domain


def open_list(env, model: str, action, mode: str) -> int:
    """The calls of the web client when somebody opens it from the menu.

    :return: how many records it shows
    """
    context = {**env.context, "lang": "en_US"}
    records = env[model].with_context(context)
    views = records.get_views([(False, mode), (action.search_view_id.id, "search")])
    arch = etree.fromstring(views["views"][mode]["arch"])
    fields = views["models"][model]["fields"]
    wanted = specification(arch, fields)
    domain = default_domain(env, action, views["views"]["search"])
    if mode == "kanban" and (group := arch.get("default_group_by")):
        groups = records.web_read_group(
            domain,
            [group],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=wanted,
            unfold_read_default_limit=PAGE,
        )["groups"]
        return sum(len(row.get("__records") or ()) for row in groups)
    answer = records.web_search_read(
        domain, wanted, limit=PAGE, count_limit=COUNT_LIMIT
    )
    return len(answer["records"])


def measure(env) -> dict:
    """Queries and milliseconds of each list: of the last time it was opened, as views and rights are known by then, and
    of the fastest, as others work on the machine too."""
    found = {}
    for name, (who, model, xmlid) in LISTS.items():
        user = env["res.users"].search([("login", "=", f"lists-{who}")])
        action = env.ref(xmlid)
        mode = "list" if "list" in name else action.view_mode.split(",")[0]
        times = []
        for _time in range(TIMES):
            env.invalidate_all()
            as_user = env(
                user=user.id, context={"allowed_company_ids": user.company_ids.ids}
            )
            before, start = env.cr.sql_log_count, time.perf_counter()
            rows = open_list(as_user, model, action, mode)
            times.append(1000 * (time.perf_counter() - start))
            queries = env.cr.sql_log_count - before
        found[name] = {"rows": rows, "queries": queries, "ms": min(times)}
    return found


if "env" in globals():
    settings = json.loads(os.environ["HARNESS_SETTINGS"])
    answer = globals()[settings["function"]](globals()["env"], **settings["arguments"])
    with open(os.environ["HARNESS_ANSWER"], "w") as file:
        json.dump(answer, file)
