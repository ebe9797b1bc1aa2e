"""Who works in the CRM, and their logins: made with the database, kept beside it, as Odoo stores only hashes."""

import json
import secrets

from harness import odoo, paths

from . import crm
from .json2 import Json2

ADMIN = "admin"
SALESPERSON = "anna@noordzee-techniek.example"
STEWARD = "mehmet@noordzee-techniek.example"
PEOPLE = (
    {
        "login": ADMIN,
        "name": "Administrator",
        "job": "administrator",
        "groups": [
            "integration_hub.group_integration_administrator",
            "sales_team.group_sale_manager",
        ],
    },
    {
        "login": SALESPERSON,
        "name": "Anna Visser",
        "job": "salesperson, sees her own documents",
        "groups": ["sales_team.group_sale_salesman"],
    },
    {
        "login": STEWARD,
        "name": "Mehmet Yılmaz",
        "job": "sales manager, looks after mappings and the queue",
        "groups": [
            "sales_team.group_sale_manager",
            "integration_hub.group_integration_manager",
        ],
    },
)


def create(database: str, *, catalogue, customers, teams=()) -> None:
    """Fill a new CRM database; the logins are written down for later."""
    users = [{**person, "password": secrets.token_urlsafe(9)} for person in PEOPLE]
    settings = {
        "catalogue": catalogue,
        "customers": customers,
        "users": users,
        "teams": list(teams),
    }
    keys = odoo.shell_script(database, paths.TOOLS / "stage/crm_data.py", settings)
    logins = {
        user["login"]: {"password": user["password"], "api_key": keys[user["login"]]}
        for user in users
    }
    file = crm.secrets_file(database)
    file.touch(mode=0o600)
    file.write_text(json.dumps(logins, indent=1))


def logins(database: str) -> dict:
    """Password and API key by login."""
    return json.loads(crm.secrets_file(database).read_text())


def as_user(record: dict, login: str) -> Json2:
    """The CRM as this person sees it, over HTTP."""
    return Json2(
        record["url"], record["database"], logins(record["database"])[login]["api_key"]
    )
