import threading
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2

from odoo import sql_db
from odoo.service import server as service
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import config

from .. import cron_watch
from ..cron_watch import CronWatch


class FakeServer:
    """Two cron threads that live until they are ended, as ``ThreadedServer`` has them."""

    cron_spawn = service.ThreadedServer.cron_spawn

    def __init__(self):
        self.quit_signals_received = 0
        self.ends = {}
        self.started = []

    def cron_thread(self, number):
        self.started.append(number)
        self.ends.setdefault(number, threading.Event()).wait(60)

    def find_threads(self):
        return sorted(
            thread.name
            for thread in threading.enumerate()
            if getattr(thread, "type", None) == "cron"
        )

    def end(self, *numbers):
        names = {f"odoo.service.cron.cron{number}" for number in numbers}
        threads = [item for item in threading.enumerate() if item.name in names]
        for number in numbers:
            self.ends.setdefault(number, threading.Event()).set()
        for thread in threads:
            thread.join(10)
        for number in numbers:
            del self.ends[number]


@tagged("post_install", "-at_install")
class TestCronWatch(BaseCase):
    """A server without worker processes: PostgreSQL was away, its cron threads have ended."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(config.options, {"max_cron_threads": 2}))
        self.server = FakeServer()
        self.watch = CronWatch(self.server)
        self.addCleanup(lambda: self.server.end(0, 1))

    def test_what_has_ended_is_started_again(self):
        self.server.cron_spawn()
        before = self.server.find_threads()
        self.assertEqual(len(before), 2)
        self.watch.look()
        for ended in ((0, 1), (1,)):
            with self.subTest(ended):
                self.server.end(*ended)
                self.watch.look()
                # and not a second set of those that live
                self.watch.look()
                self.assertEqual(self.server.find_threads(), before)
        self.assertEqual(sorted(self.server.started), [0, 0, 1, 1, 1])

    def test_a_process_that_never_had_any(self):
        """Such as Odoo's shell."""
        self.watch.look()
        self.watch.look()
        self.assertEqual(self.server.find_threads(), [])

    def test_not_before_the_database_answers(self):
        self.server.cron_spawn()
        self.watch.look()
        self.server.end(0, 1)
        with patch.object(
            sql_db, "db_connect", side_effect=psycopg2.OperationalError("away")
        ):
            self.watch.look()
        self.assertEqual(self.server.find_threads(), [])
        self.watch.look()
        self.assertEqual(len(self.server.find_threads()), 2)

    def test_a_server_that_ends(self):
        self.server.cron_spawn()
        self.watch.look()
        self.server.quit_signals_received = 1
        self.server.end(0, 1)
        self.watch.look()
        self.assertEqual(self.server.find_threads(), [])

    def test_the_server_is_first(self):
        """It starts its threads itself, once the databases it was given are loaded."""
        has_looked = threading.Event()
        self.watch.look = has_looked.set
        watcher = threading.Thread(target=self.watch.watch, daemon=True)
        # whoever runs the tests may hold that of the process
        registry = SimpleNamespace(_lock=threading.RLock())
        with (
            patch.object(cron_watch, "LOOK_EVERY", 0.01),
            patch.object(cron_watch, "Registry", registry),
        ):
            with registry._lock:
                watcher.start()
                self.assertFalse(has_looked.wait(0.2))
            self.assertTrue(has_looked.wait(10))
            self.server.quit_signals_received = 1
            watcher.join(10)
        self.assertFalse(watcher.is_alive())

    def test_who_is_watched(self):
        threaded = service.ThreadedServer.__new__(service.ThreadedServer)
        prefork = service.PreforkServer.__new__(service.PreforkServer)
        serving = {"max_cron_threads": 2, "stop_after_init": False}
        for server, options, is_watched in (
            (threaded, {}, True),
            (threaded, {"max_cron_threads": 0}, False),
            (threaded, {"stop_after_init": True}, False),
            (prefork, {}, False),
            (None, {}, False),
        ):
            started = []
            thread = SimpleNamespace(start=lambda started=started: started.append(1))
            with (
                self.subTest(server=server, options=options),
                patch.object(service, "server", server),
                patch.dict(config.options, {**serving, **options}),
                patch.object(cron_watch, "_watches", []),
                patch.object(threading, "Thread", lambda thread=thread, **_: thread),
            ):
                cron_watch.start()
                cron_watch.start()
                self.assertEqual(len(started), is_watched, "once in a process")


@tagged("post_install", "-at_install")
class TestCronWatchStart(TransactionCase):
    def test_a_process_that_loads_the_database_watches(self):
        with patch.object(cron_watch, "start") as start:
            self.env["ir.cron"]._register_hook()
        start.assert_called_once_with()
