import threading
import time

from odoo import models

_local = threading.local()


class IrCron(models.Model):
    """Tells lanes since when their worker has been at work without a break.

    A worker runs all scheduled actions that are ready one after the other, and each up to
    ten times while it has something left to do. Servers measure ``limit_time_real_cron``
    over all of that (``odoo/service/server.py``: ``WorkerCron.process_work``,
    ``ThreadedServer.cron_thread``), and then kill the worker, or start anew as a whole.
    """

    _inherit = "ir.cron"

    @classmethod
    def _process_job(cls, cron_cr, job):
        # one cursor for each time that the worker looks what is ready
        if getattr(_local, "cursor", None) is not cron_cr:
            _local.cursor = cron_cr
            _local.began = time.monotonic()
        return super()._process_job(cron_cr, job)


def get_begin_of_work():
    """Since when the worker of this thread has been at work, ``time.monotonic``; None
    outside of scheduled actions."""
    cursor = getattr(_local, "cursor", None)
    return None if cursor is None or cursor.closed else _local.began
