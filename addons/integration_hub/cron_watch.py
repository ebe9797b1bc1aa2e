"""Keeps the cron threads of a server without worker processes.

Each of them ends for good when PostgreSQL is away at the moment it needs a connection
(``ThreadedServer.cron_thread`` in ``odoo/service/server.py``), and the server starts none
after its own start: people are served, but nothing is sent any more. Worker processes are
replaced by the server itself.
"""

import logging
import threading
import time

import psycopg2

from odoo import sql_db
from odoo.orm.registry import Registry
from odoo.service import server as service
from odoo.tools import config

_logger = logging.getLogger(__name__)

# seconds
LOOK_EVERY = 2.0

_lock = threading.Lock()
# of this process
_watches = []


class CronWatch:
    """Starts those threads again that have ended.

    :param server: ``ThreadedServer``
    """

    def __init__(self, server):
        self.server = server
        # a process may have such a server and start no threads of it: Odoo's shell does
        self.seen = set()

    def watch(self):
        with Registry._lock:
            # the server holds it until it is about to start its threads (``run``)
            pass
        while not self.server.quit_signals_received:
            time.sleep(LOOK_EVERY)
            try:
                self.look()
            except Exception:
                # the next look may do better
                _logger.exception("The cron threads could not be looked after")

    def look(self):
        """Start what is missing, once PostgreSQL answers again."""
        missing = self._find_missing()
        if missing and not self.server.quit_signals_received and self._is_answered():
            for number in sorted(missing):
                self._start(number)

    def _find_missing(self):
        """:return: set of the numbers of the cron threads that have ended"""
        names = {thread.name for thread in threading.enumerate()}
        alive = {
            number
            for number in range(config["max_cron_threads"])
            if self._get_name(number) in names
        }
        self.seen |= alive
        return self.seen - alive

    @staticmethod
    def _get_name(number):
        return f"odoo.service.cron.cron{number}"

    @staticmethod
    def _is_answered():
        """Whether a thread would get the connection that it begins with."""
        try:
            sql_db.db_connect("postgres").cursor().close()
        except psycopg2.Error:
            return False
        return True

    def _start(self, number):
        """As ``ThreadedServer.cron_spawn`` does for all of them."""
        _logger.info("Cron thread %s had ended and is started again", number)
        thread = threading.Thread(
            target=self.server.cron_thread,
            args=(number,),
            name=self._get_name(number),
            daemon=True,
        )
        thread.type = "cron"
        thread.start()


def start():
    """Watch the cron threads of this process, where it is a server that has some."""
    server = service.server
    if (
        not isinstance(server, service.ThreadedServer)
        or not config["max_cron_threads"]
        or config["stop_after_init"]
    ):
        return
    with _lock:
        if _watches:
            return
        watch = CronWatch(server)
        _watches.append(watch)
        threading.Thread(
            target=watch.watch, name="integration_hub.cron_watch", daemon=True
        ).start()
