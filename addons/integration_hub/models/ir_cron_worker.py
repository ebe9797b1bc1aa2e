import threading
import time

from odoo import SUPERUSER_ID, api, models
from odoo.service.server import SLEEP_INTERVAL

from .. import cron_watch

# how long a cron worker waits for work at most (``WorkerCron.sleep``, which adds up to nine
# seconds by its process id)
LONGEST_IDLE = SLEEP_INTERVAL + 10.0
# seconds in which other servers take what this one may not
OUT_OF_THE_WAY = 2.0

_local = threading.local()


class IrCron(models.Model):
    """Tells lanes since when their worker has been at work without a break.

    A worker runs all scheduled actions that are ready one after the other, and each up to
    ten times while it has something left to do. Servers measure ``limit_time_real_cron``
    over all of that (``odoo/service/server.py``: ``WorkerCron.process_work``,
    ``ThreadedServer.cron_thread``), and then kill the worker, or start anew as a whole.
    With worker processes the time in which one waits for work counts as well: it tells that
    it lives before it waits (``Worker._runloop``).
    """

    _inherit = "ir.cron"

    def _register_hook(self):
        # a server process has come to know this database
        cron_watch.start()
        return super()._register_hook()

    @classmethod
    def _process_job(cls, cron_cr, job):
        # one cursor for each time that the worker looks what is ready
        if getattr(_local, "cursor", None) is not cron_cr:
            _local.sign_of_life = _get_last_sign_of_life()
            _local.began = time.monotonic()
            _local.cursor = cron_cr
        _local.has_left_work = False
        try:
            result = super()._process_job(cron_cr, job)
        finally:
            _local.ended = time.monotonic()
        if _local.has_left_work:
            cls._pass_on(cron_cr, job)
        return result

    @classmethod
    def _pass_on(cls, cron_cr, job):
        """What this server has left undone is for others: they are told once the action is
        free again, and this worker keeps out of their way."""
        env = api.Environment(cron_cr, SUPERUSER_ID, {})
        env[cls._name].browse(job["id"])._trigger()
        cron_cr.postcommit.add(lambda: time.sleep(OUT_OF_THE_WAY))


def _get_last_sign_of_life():
    """Not later than the moment from which the server measures."""
    now = time.monotonic()
    started = getattr(threading.current_thread(), "start_time", None)
    if started:
        # a thread, of which the server has noted it
        return now - max(0.0, time.time() - started)
    # a process has told that it lives after its last action, and before it waited
    return max(now - LONGEST_IDLE, getattr(_local, "ended", now - LONGEST_IDLE))


def note_left_work():
    """Something is due that this server can't do, but another one may."""
    _local.has_left_work = True


def get_begin_of_work():
    """Since when the worker of this thread has been at work, ``time.monotonic``; None
    outside of scheduled actions."""
    cursor = getattr(_local, "cursor", None)
    return None if cursor is None or cursor.closed else _local.began


def get_sign_of_life():
    """From when on the server measures how long the worker of this thread takes,
    ``time.monotonic``; None outside of scheduled actions."""
    return None if get_begin_of_work() is None else _local.sign_of_life
