"""A pytest plugin: workers side by side leave each other's files alone.

pytest-odoo gives each worker a database of its own, and all the same folder for the files of attachments. At the end of a
test class Odoo removes the files that its database does not know: also the scripts that another worker's browser is about
to load. Nothing is lost by not doing that, as the folder goes with the database.
"""


def pytest_sessionstart(session):
    """Before the first class is set up."""
    if hasattr(session.config, "workerinput"):
        from odoo.tests.common import TransactionCase

        TransactionCase._gc_filestore = classmethod(lambda cls: None)
