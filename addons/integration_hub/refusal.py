"""Records that can't be written here: one must not hold up the others."""

import psycopg2

from odoo.exceptions import UserError

# what is wrong with the record itself; what concerns the transaction as a whole
# (serialization, deadlock) is not caught
REFUSALS = (UserError, psycopg2.IntegrityError, psycopg2.DataError)


def get_reason(env, error):
    """What a person is told. The cursor has to be in order: after the savepoint is gone.

    :param error: one of ``REFUSALS``
    """
    if not isinstance(error, psycopg2.Error):
        return str(error).strip()
    table = error.diag.table_name
    model = next(
        (name for name, model in env.registry.items() if model._table == table),
        "base",
    )
    return env[model]._sql_error_to_message(error).strip()
