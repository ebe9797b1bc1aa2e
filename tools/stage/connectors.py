"""Connects a CRM to the ERPs as an administrator would, screen by screen, over HTTP."""

from harness.progress import step

from .json2 import CallError, Json2, wait_for

NAMES = {
    "odoo": "Noordzee Techniek B.V. (Odoo)",
    "tryton": "Noordzee Techniek B.V. (Tryton)",
}
PATIENCE = 120


def values_of(kind: str, erp: dict) -> dict:
    """What an administrator types into the connector's form."""
    values = {"url": erp["url"], "login": erp["login"]}
    if kind == "odoo":
        return values | {"odoo_database": erp["database"], "api_key": erp["api_key"]}
    return values | {
        "tryton_database": erp["database"],
        "tryton_web_shop": erp["web_shop"]["name"],
        "password": erp["password"],
    }


def provide(admin: Json2, kind: str, erp: dict, **options) -> int:
    """The connector to this ERP, tested and running; returns its id."""
    found = admin.find(
        "integration.connector", [("system_type", "=", kind)], "url", "state"
    )
    if found and found[0]["url"] == erp["url"] and found[0]["state"] == "running":
        return found[0]["id"]
    with step(f"connecting to {NAMES[kind]}"):
        values = values_of(kind, erp) | options
        if found:
            connector = found[0]["id"]
            # it has been started again, maybe on another port
            moved = values | {"is_same_system": True}
            admin.call("integration.connector", "write", [connector], vals=moved)
        else:
            values |= {"name": NAMES[kind], "system_type": kind}
            values["environment"] = "sandbox"
            connector = admin.call(
                "integration.connector", "create", vals_list=[values]
            )[0]
        test(admin, connector)
        if (
            admin.read_one("integration.connector", connector, "state")["state"]
            != "running"
        ):
            admin.call("integration.connector", "action_start", [connector])
    return connector


def test(admin: Json2, connector: int) -> dict:
    """Press *Test connection* and wait for what it says."""
    admin.call("integration.connector", "action_test_connection", [connector])
    fields = (
        "is_testing",
        "error_message",
        "missing_message",
        "warning_message",
        "remote_user",
        "remote_version",
    )

    def answer():
        found = admin.read_one("integration.connector", connector, *fields)
        return not found["is_testing"] and found

    found = wait_for(answer, PATIENCE, "The connection test")
    if problem := found["error_message"] or found["missing_message"]:
        raise CallError(f"The connection test says: {problem}")
    return found


def flow(admin: Json2, connector: int, code: str) -> int:
    """A flow of the connector."""
    domain = [("connector_id", "=", connector), ("code", "=", code)]
    return admin.call("integration.flow", "search", domain=domain)[0]


def run_flow(admin: Json2, connector: int, code: str) -> None:
    """Press *Run now* and wait until the queue is through with it."""
    number = flow(admin, connector, code)
    flow_values = admin.read_one("integration.flow", number, "direction")
    if flow_values["direction"] == "pull":
        # An earlier run may be under way that began before what we want to see.
        wait_until_idle(admin, [("flow_id", "=", number)], code)
    admin.call("integration.flow", "action_run_now", [number])
    wait_until_idle(admin, [("flow_id", "=", number)], code)


def wait_until_idle(admin: Json2, domain, what: str, seconds: float = PATIENCE) -> None:
    """Nothing waits or runs any more; what failed is said."""
    unfinished = [*domain, ("state", "in", ("waiting", "running", "retrying"))]
    wait_for(
        lambda: not admin.call("integration.job", "search_count", domain=unfinished),
        seconds,
        what,
    )
    failed = [*domain, ("state", "in", ("failed", "attention"))]
    if problems := admin.find(
        "integration.job", failed, "name", "error_message", limit=3
    ):
        texts = "; ".join(f"{job['name']}: {job['error_message']}" for job in problems)
        raise CallError(f"{what}: {texts}")


def map_values(steward: Json2, admin: Json2, connector: int) -> None:
    """Read what the ERP has, then confirm what is proposed."""
    run_flow(admin, connector, "reference_pull")
    for model in ("integration.value.mapping", "integration.product.mapping"):
        lines = [("connector_id", "=", connector)]
        steward.call(model, "action_add_missing", [])
        steward.call(model, "action_propose_matches", [])
        proposed = steward.call(
            model, "search", domain=[*lines, ("state", "=", "proposed")]
        )
        if proposed:
            steward.call(model, "action_confirm", proposed)


def map_product(
    steward: Json2, connector: int, code: str, remote_code: str, factor: float
) -> None:
    """Choose by hand what no code tells."""
    domain = [("connector_id", "=", connector), ("product_id.default_code", "=", code)]
    lines = steward.find("integration.product.mapping", domain, "remote_code")
    if not lines:
        raise CallError(f"No product has the code {code}, or it has no line to map.")
    if lines and lines[0]["remote_code"] == remote_code:
        return
    values = {"remote_code": remote_code, "factor": factor}
    steward.call("integration.product.mapping", "write", [lines[0]["id"]], vals=values)
