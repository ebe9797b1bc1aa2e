"""One run of a lane: many systems side by side, none holding up another."""

import secrets
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..client import AuthenticationError
from .job_batch import JobBatch
from .job_rows import LEASE

# leases are renewed well before they run out, while calls are under way
RENEW_EVERY = 30.0
# while calls are under way, the queue is looked into so often
LOOK_EVERY = 0.5
# while there is plenty to do, what is most urgent and what has been set is read so often
TURNS_LAST = 0.2
# ... and reading it takes this part of the time at most
TURNS_SHARE = 0.1
MOST_THREADS = 32


class LaneRun:
    """Takes batches of jobs, has threads call the systems, and settles what comes back.

    While a system works on one batch, the next one for it is prepared, and other systems
    are served. No row is locked and no transaction open while nothing is to be done here.

    :param lane_model: ``integration.lane``; its cursor is the run's own
    :param float deadline: nothing new is taken after it, ``time.monotonic``
    """

    #: advisory locks of this class say that a lane lives ("lane" in ASCII)
    LOCK_CLASS = 0x6C616E65
    #: ... and of this one, that one of the calls a system takes at once is in use
    PLACE_CLASS = LOCK_CLASS + 1

    def __init__(self, lane_model, deadline):
        self.lane_model = lane_model
        self.env = lane_model.env
        self.deadline = deadline
        self.desks = {}
        self.served = {}
        self.turns = []
        self.turns_until = 0.0
        # where the next batch of a turn begins
        self.starts = {}
        # turns of which something was under way when a lane died
        self.crashed = set()
        self.is_ending = False
        self.settled = 0
        self.renewed = time.monotonic()
        self.pool = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="integration")
        self.locks = set()
        # signed in PostgreSQL, so 31 bits
        self.number = secrets.randbits(31)
        self._lock(self.LOCK_CLASS, self.number)

    @property
    def name(self):
        """Mark of this run on the jobs it holds."""
        return str(self.number)

    # -- the loop ---------------------------------------------------------------------

    def work(self):
        """:return: number of jobs settled"""
        while True:
            if time.monotonic() >= self.deadline:
                self._hand_over()
            took = not self.is_ending and self._take()
            in_flight = self._get_in_flight()
            if in_flight:
                self._wait_and_settle(in_flight, look_again=took)
            elif self.is_ending or (
                not took and not self.lane_model._wait_for_next(self.deadline)
            ):
                return self.settled

    def _hand_over(self):
        """The time is up: while the last calls come back, which may take long, other lanes
        go on. Each client that gets free from now on leaves its place to them."""
        if self.is_ending:
            return
        self.is_ending = True
        for desk in self.desks.values():
            desk.leave()
        if self._get_in_flight():
            self.lane_model._wake_up()
        self.lane_model._commit()

    def close(self):
        """Give back what the run holds; the jobs of an unfinished one are then taken up
        by another lane."""
        self.pool.shutdown(wait=False)
        for desk in self.desks.values():
            desk.close()
        if not self.env.cr.closed:
            self._unlock_all()

    def _take(self):
        """Take one batch for each system that has room for one.

        :return: whether anything was taken
        """
        took = False
        for turn in self._get_turns():
            desk = self._get_desk(turn)
            if not desk or not desk.has_room(turn):
                continue
            if turn.is_budgeted and not turn.connector._has_budget(turn.flow):
                continue
            self.served[turn.key] = time.monotonic()
            batch, is_last = JobBatch.claim(self, turn)
            if is_last:
                self.turns = [other for other in self.turns if other is not turn]
            if not batch:
                continue
            took = True
            self.settled += batch.prepare()
            if batch.requests:
                desk.add(batch)
            elif batch.answers:
                self.settled += batch.settle()
        self.lane_model._commit()
        return took

    def _get_turns(self):
        """What there is to do, most urgent first, and among equals who was served last."""
        began = time.monotonic()
        if not self.turns or began > self.turns_until:
            self.turns = self.lane_model._find_turns()
            self.starts = {turn.key: turn.start for turn in self.turns}
            self.crashed = {turn.key for turn in self.turns if turn.has_crashed}
            ended = time.monotonic()
            self.turns_until = ended + max(TURNS_LAST, (ended - began) / TURNS_SHARE)
        return sorted(
            self.turns,
            key=lambda turn: (turn.priority, self.served.get(turn.key, 0.0)),
        )

    def _wait_and_settle(self, in_flight, look_again):
        finished, _pending = wait(
            [batch.future for batch in in_flight],
            timeout=0 if look_again else LOOK_EVERY,
            return_when=FIRST_COMPLETED,
        )
        if time.monotonic() - self.renewed > RENEW_EVERY:
            self._renew_leases()
        for batch in in_flight:
            if batch.future in finished:
                # the next call goes out before this one's answers are written
                self.desks[batch.turn.connector.id].finish(batch)
                self.settled += batch.settle()

    def _get_in_flight(self):
        return [batch for desk in self.desks.values() for batch in desk.in_flight]

    def _renew_leases(self):
        self.renewed = time.monotonic()
        self.env.cr.execute(
            SQL(
                "UPDATE integration_job SET lease_until = %s"
                " WHERE state = 'running' AND lane = %s",
                self.lane_model._now() + LEASE,
                self.name,
            )
        )
        self.lane_model._commit()

    # -- desks ------------------------------------------------------------------------

    def _get_desk(self, turn):
        """Where this run deals with the connector of ``turn``; None while it may not call
        it."""
        connector = turn.connector
        desk = self.desks.get(connector.id)
        if desk is None:
            desk = self.desks[connector.id] = _Desk(self, connector.id)
        try:
            self._staff(desk, turn)
        except UserError as error:
            connector._stop_by_error(AuthenticationError(str(error)))
            self.lane_model._commit()
            return None
        return desk if desk.clients else None

    def _staff(self, desk, turn):
        """As many clients as this lane may use at once. Where the connector limits the
        calls of all lanes together, each client needs one of its places; what another lane
        has now may be free the next time."""
        limit = turn.call_places
        wanted = min(turn.parallel_calls, limit or turn.parallel_calls)
        while len(desk.places) < wanted:
            place = self._take_place(turn.connector, limit) if limit else None
            if limit and place is None:
                return
            desk.welcome(turn.connector._get_client(), place)

    def _take_place(self, connector, limit):
        """:return: the lock of a place that was free, or None"""
        for number in range(limit):
            place = (self.PLACE_CLASS, connector.id * 1000 + number)
            if place not in self.locks and self._try_lock(*place):
                return place
        return None

    # -- advisory locks ---------------------------------------------------------------
    # held by the connection: they outlast transactions and end with the process

    def _lock(self, lock_class, key):
        self.env.execute_query(SQL("SELECT pg_advisory_lock(%s, %s)", lock_class, key))
        self.locks.add((lock_class, key))
        self.lane_model._commit()

    def _try_lock(self, lock_class, key):
        [[is_taken]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_lock(%s, %s)", lock_class, key)
        )
        if is_taken:
            self.locks.add((lock_class, key))
        return is_taken

    def _unlock(self, lock_class, key):
        self.env.execute_query(
            SQL("SELECT pg_advisory_unlock(%s, %s)", lock_class, key)
        )
        self.locks.discard((lock_class, key))

    def _unlock_all(self):
        # the connection goes back to a pool: nothing may stay held
        self.env.cr.rollback()
        for lock_class, key in list(self.locks):
            self._unlock(lock_class, key)
        self.lane_model._commit()


class _Desk:
    """One connector in a lane run: its free clients, the calls under way, and one more
    batch prepared for the client that gets free next."""

    def __init__(self, run, connector_id):
        self.run = run
        self.connector_id = connector_id
        self.places = {}  # client -> lock of its place, or None
        self.free = []
        self.in_flight = []
        self.prepared = []

    @property
    def clients(self):
        return list(self.places)

    def has_room(self, turn):
        if self.in_flight and turn.is_probing:
            return False
        return not self.prepared

    def welcome(self, client, place):
        self.places[client] = place
        self.free.append(client)

    def add(self, batch):
        self.prepared.append(batch)
        self._submit()

    def finish(self, batch):
        self.in_flight.remove(batch)
        self.free.append(batch.client)
        self._submit()
        if self.run.is_ending and self.leave():
            self.run.lane_model._wake_up()
            self.run.lane_model._commit()

    def leave(self):
        """Dismiss the clients that have nothing to do.

        :return: whether places have become free for other lanes
        """
        dismissed, self.free = self.free, []
        places = [self.places.pop(client) for client in dismissed]
        for client in dismissed:
            client.close()
        for place in filter(None, places):
            self.run._unlock(*place)
        return any(places)

    def close(self):
        for client in self.clients:
            client.close()

    def _submit(self):
        while self.prepared and self.free:
            batch = self.prepared.pop(0)
            batch.submit(self.run.pool, self.free.pop())
            self.in_flight.append(batch)
