"""Time and calls that go the same way each time, so that what fails once fails again."""

import random
import sys
import time
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import BaseCursor
from odoo.tests.test_cursor import TestCursor

from odoo.addons.integration_hub.models import integration_lane, lane_run

HUB = "odoo.addons.integration_hub."
BEGIN = datetime(2026, 11, 23, 9, 0)


class Clock:
    """Stands still until it is told to go on: here, in the database, for all lanes.

    PostgreSQL finds ``clock_timestamp`` in a schema that is looked through before its own;
    both go with the transaction of the test.
    """

    def __init__(self, case):
        self.env = case.env
        self.now = BEGIN
        case.env.cr.execute(
            """
            CREATE SCHEMA still_time;
            CREATE FUNCTION still_time.clock_timestamp() RETURNS timestamptz
                LANGUAGE sql AS
                $$ SELECT current_setting('still_time.now')::timestamptz $$;
            SET LOCAL search_path TO "$user", public, still_time, pg_catalog;
            """
        )
        for owner, name, value in (
            (BaseCursor, "now", lambda cursor: self.now),
            (TestCursor, "now", lambda cursor: self.now),
            (
                fields.Datetime,
                "now",
                staticmethod(lambda *args: self.now.replace(microsecond=0)),
            ),
            # what is due later is not waited for: the test says when it is later
            (integration_lane, "WAIT_FOR_RETRY", 0.0),
            (lane_run, "ThreadPoolExecutor", Calls),
            (lane_run, "wait", _wait),
            *self._find_what_varies(),
        ):
            case.startPatcher(patch.object(owner, name, value))
        self.begin()

    def _find_what_varies(self):
        """The hub's modules that look at a clock or draw lots."""
        steps = count()
        watch = SimpleNamespace(
            # goes on by a little whenever somebody looks
            monotonic=lambda: next(steps) / 1000.0,
            # and nothing takes computing time
            process_time=lambda: 0.0,
            time=lambda: self.now.replace(tzinfo=UTC).timestamp(),
            sleep=lambda seconds: None,
        )
        for name, module in sorted(sys.modules.items()):
            if name.startswith(HUB):
                if getattr(module, "time", None) is time:
                    yield module, "time", watch
                if getattr(module, "uniform", None) == random.uniform:
                    yield module, "uniform", lambda low, high: (low + high) / 2

    def begin(self):
        self.set(BEGIN)

    def set(self, now):
        self.now = now
        self.env.cr.execute(
            "SELECT set_config('still_time.now', %s, true)", [f"{now.isoformat()}Z"]
        )

    def go_on(self, seconds):
        self.set(self.now + timedelta(seconds=seconds))


class Calls:
    """In place of a lane's threads: calls are made one by one, at once or when they are
    waited for. With a process that is killed go those that nobody has waited for."""

    are_late = False

    def __init__(self, *_args, **_kwargs):
        pass

    def submit(self, function, *args):
        call = Call()
        call.make = lambda: call.set_result(function(*args))
        if not self.are_late:
            call.make()
        return call

    def shutdown(self, wait=True):
        pass


class Call(Future):
    make = None


def _wait(calls, timeout, return_when):
    """As ``concurrent.futures.wait``; whoever does not wait finds late calls under way."""
    done = {call for call in calls if call.done()}
    if not done and timeout:
        calls[0].make()
        done = {calls[0]}
    return done, set(calls) - done
