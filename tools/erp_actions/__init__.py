"""What people do in the ERPs: ship, invoice, pay. Tests, demo and bench act through these, never through the suite.

`clerk("odoo", settings)` and `clerk("tryton", settings)` give the same methods; `settings` is an entry of the file
that INTEGRATION_TEST_ERPS names. Standard library only, so that any of our Pythons can import it.
"""

import json
import os
from pathlib import Path

from .odoo14_clerk import Odoo14Clerk
from .odoo_clerk import OdooClerk
from .tryton_clerk import TrytonClerk

CLERKS = {"odoo": OdooClerk, "tryton": TrytonClerk}


def erps() -> dict:
    """The ERPs that run here, as the harness wrote them down."""
    return json.loads(Path(os.environ["INTEGRATION_TEST_ERPS"]).read_text())


def clerk(kind: str, settings: dict | None = None):
    """A clerk at work in the ERP of this kind."""
    settings = settings or erps()[kind]
    if settings.get("protocol") == "jsonrpc":
        return Odoo14Clerk(settings)
    return CLERKS[kind](settings)
