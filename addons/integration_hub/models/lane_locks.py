"""What a lane has for itself alone among all lanes, processes and hosts; see ``lane_run.py``.

Advisory locks of PostgreSQL: they are held by the connection, outlast transactions, and end
with the process.
"""

import time
from contextlib import contextmanager

from odoo.tools import SQL

#: a lane lives ("lane" in ASCII)
LANE_CLASS = 0x6C616E65
#: one of the calls a system takes at once is in use
PLACE_CLASS = LANE_CLASS + 1
#: a connection is being tested
TEST_CLASS = LANE_CLASS + 2
#: with key 0: whoever holds it takes up what dead lanes left
RECLAIM_CLASS = LANE_CLASS + 3
#: it is being found out how a system is that has failed
PROBE_CLASS = LANE_CLASS + 4
#: it is being found out whether a job kills lanes
SUSPECT_LOCK = (LANE_CLASS + 5, 0)
#: somebody who is no lane waits for one of the calls a system takes at once
WANTED_CLASS = LANE_CLASS + 6
# seconds between two looks whether one is free
LOOK_EVERY = 0.2


def get_places(connector_id, limit):
    """
    :param int limit: calls a system takes at once
    :return: their locks
    """
    return [(PLACE_CLASS, connector_id * 1000 + number) for number in range(limit)]


def try_lock(env, lock):
    [[is_taken]] = env.execute_query(SQL("SELECT pg_try_advisory_lock(%s, %s)", *lock))
    return is_taken


def unlock(env, lock):
    env.execute_query(SQL("SELECT pg_advisory_unlock(%s, %s)", *lock))


@contextmanager
def call_place(connector, seconds):
    """One of the calls that a system takes at once, for calls that no lane makes.

    Lanes leave one to whoever waits for it (:meth:`LaneLocks._leave_places`). The
    transaction ends here, and none is open while it is waited.

    :param float seconds: to wait for it; 0 to take one that is free or none
    :return: context manager that gives whether there is one
    """
    env, limit = connector.env, connector._get_call_places()
    if not limit:
        yield True
        return
    place = _wait_for_place(env, connector.id, limit, seconds)
    with _held(env, place):
        yield bool(place)


def _wait_for_place(env, connector_id, limit, seconds):
    """:return: the lock of a place, or None"""
    places, deadline = get_places(connector_id, limit), time.monotonic() + seconds
    wanted = (WANTED_CLASS, connector_id)
    with _held(env, wanted if seconds and try_lock(env, wanted) else None):
        while True:
            place = next((place for place in places if try_lock(env, place)), None)
            env.cr.commit()  # pylint: disable=invalid-commit
            if place or time.monotonic() > deadline:
                return place
            time.sleep(LOOK_EVERY)


@contextmanager
def _held(env, lock):
    """The connection goes back to a pool: whatever happens, a lock does not stay held."""
    try:
        env.cr.commit()  # pylint: disable=invalid-commit
        yield
    except BaseException:
        env.cr.rollback()
        raise
    finally:
        if lock:
            unlock(env, lock)
            env.cr.commit()  # pylint: disable=invalid-commit


class LaneLocks:
    """The locks of a :class:`LaneRun`, whose attributes it uses."""

    def _lock(self, *lock):
        self.env.execute_query(SQL("SELECT pg_advisory_lock(%s, %s)", *lock))
        self.locks.add(lock)
        self.lane_model._commit()

    def _try_lock(self, *lock):
        """:return: whether this run has it; each one is taken once"""
        if lock in self.locks:
            return True
        if is_taken := try_lock(self.env, lock):
            self.locks.add(lock)
        return is_taken

    def unlock(self, *lock):
        unlock(self.env, lock)
        self.locks.discard(lock)

    def _unlock_all(self):
        # the connection goes back to a pool: nothing may stay held
        self.env.cr.rollback()
        for lock in list(self.locks):
            self.unlock(*lock)
        self.lane_model._commit()

    # -- calls at once ----------------------------------------------------------------

    def _take_place(self, connector_id, limit):
        """:return: the lock of a place that was free, and that nobody else waits for; or
        None"""
        if connector_id in self.wanted:
            return None
        for place in get_places(connector_id, limit):
            if place not in self.locks and self._try_lock(*place):
                return place
        return None

    def _leave_places(self):
        """Where somebody waits for one, a test of a connection say: one of a call that is
        under way is left after it."""
        self.left = time.monotonic()
        if not self.wanted and not any(
            lock_class == PLACE_CLASS for lock_class, _key in self.locks
        ):
            return
        rows = self.env.execute_query(
            SQL(
                """
            SELECT held.objid::bigint
              FROM pg_locks held
             WHERE held.locktype = 'advisory' AND held.classid = %s
               AND held.database = (
                   SELECT oid FROM pg_database WHERE datname = current_database())
                """,
                WANTED_CLASS,
            )
        )
        self.wanted = {connector_id for [connector_id] in rows}
        for connector_id in self.wanted.intersection(self.desks):
            self.desks[connector_id].leave_one()
        self.lane_model._commit()

    # -- what one lane does at a time -------------------------------------------------

    def _may_probe(self, connector):
        """One lane at a time finds out whether a system works again."""
        return self._try_lock(PROBE_CLASS, connector.id)

    def _unlock_unneeded(self):
        """What a lane does alone is another one's turn once all of it is settled."""
        own = [lock for lock in self.locks if lock[0] == PROBE_CLASS]
        own += [SUSPECT_LOCK] if SUSPECT_LOCK in self.locks else []
        if not own:
            return
        busy = {
            batch.turn.connector.id
            for desk in self.desks.values()
            for batch in desk.in_flight + desk.prepared
        }
        for lock in own:
            if not busy or lock != SUSPECT_LOCK and lock[1] not in busy:
                self.unlock(*lock)
        self.lane_model._commit()
