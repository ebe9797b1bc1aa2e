"""One run of a lane: many systems side by side, none holding up another."""

import logging
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..client import AuthenticationError
from . import job_rows
from .integration_connector_limits import FAILURES_TO_REST
from .job_batch import JobBatch
from .job_rows import CRASHES_TO_SUSPECT, LEASE, SYSTEM_FAILURES
from .lane_desk import Desk
from .lane_locks import LANE_CLASS, SUSPECT_LOCK, LaneLocks, get_places

_logger = logging.getLogger(__name__)

# leases are renewed well before they run out, while calls are under way
RENEW_EVERY = 30.0
# what lanes leave behind that die meanwhile is taken up so often
RECLAIM_EVERY = 5.0
# whether somebody waits for one of the calls a system takes at once is looked at so often
LEAVE_EVERY = 2.0
# while calls are under way, the queue is looked into so often
LOOK_EVERY = 0.5
# while there is plenty to do, what is most urgent and what has been set is read so often
TURNS_LAST = 0.2
# ... and reading it takes this part of the time at most
TURNS_SHARE = 0.1
# what was prepared longer ago than this may not be meant to go out any more
PREPARED_LASTS = 0.2
# calls under way at once, of all systems together. Each takes two threads, with 8 MB of
# addresses for each one's stack, and server processes are limited in those
MOST_CALLS = 96
# kinds of error after which nothing that is prepared goes out
TURNED_AWAY = {"rate_limit", "authentication"}


class LaneRun(LaneLocks):
    """Takes batches of jobs, has threads call the systems, and settles what comes back.

    While a system works on one batch, the next one for it is prepared, and other systems
    are served. No row is locked and no transaction open while nothing is to be done here.

    :param lane_model: ``integration.lane``; its cursor is the run's own
    :param float deadline: of a system with calls under way then nothing new is taken after
        it, of none once those have come back, ``time.monotonic``
    :param float end: no call lasts beyond it, ``time.monotonic``
    """

    def __init__(self, lane_model, deadline, end=None):
        self.lane_model = lane_model
        self.env = lane_model.env
        self.deadline = deadline
        self.end = end or deadline + lane_model._get_run_seconds()
        self.last_begin = self.end - lane_model._get_call_seconds()
        # a worker that has computed for too long is ended; waiting costs nothing
        self.computing_end = time.process_time() + lane_model._get_computing_left()
        self.desks = {}
        self.served = {}
        self.turns = []
        self.turns_until = 0.0
        self.turns_read = 0.0
        # connector id -> what its clients are made of, or why there can be none
        self.settings = {}
        # where the next batch of a turn begins
        self.starts = {}
        # turns of which something was under way when a lane died, and those of which
        # something was under way each time when several did
        self.crashed = set()
        self.suspected = set()
        self.is_ending = False
        self.is_closing = False
        # ids of the connectors whose calls are waited for since the time is up
        self.late = set()
        self.settled = 0
        self.renewed = self.reclaimed = self.left = time.monotonic()
        # ids of the connectors of which somebody else wants to have a place
        self.wanted = set()
        self.locks = set()
        self.pool = ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="integration")
        # signed in PostgreSQL, so 31 bits
        self.number = secrets.randbits(31)
        self._lock(LANE_CLASS, self.number)

    @property
    def name(self):
        """Mark of this run on the jobs it holds."""
        return str(self.number)

    # -- the loop ---------------------------------------------------------------------

    def work(self):
        """:return: number of jobs settled"""
        while True:
            self._keep_answers()
            if time.monotonic() >= self.deadline:
                self._hand_over()
            elif time.monotonic() - self.reclaimed > RECLAIM_EVERY:
                self._reclaim()
            if time.monotonic() - self.left > LEAVE_EVERY:
                self._leave_places()
            took = not self.is_closing and self._take()
            in_flight = self._get_in_flight()
            if in_flight:
                self._wait_and_settle(in_flight, look_again=took)
            elif not took and not self.lane_model._wait_for_next(self.deadline):
                return self.settled

    def _hand_over(self):
        """The time is up: while the last calls come back, which may take long, other lanes
        go on, with what is prepared here as well, and so does this one with the systems it
        does not wait for: all lanes may be waiting for the same slow one. Each client that
        is not needed any more leaves its place to them."""
        called = {batch.turn.connector.id for batch in self._get_in_flight()}
        if not self.is_ending:
            self.is_ending = True
            self.late = called
            self._leave_desks()
        if not self.is_closing:
            # of a quick one something may have been under way as well
            self.late = self.late & called
            self.is_closing = (
                not self.late
                or time.monotonic() >= self.last_begin
                or time.process_time() >= self.computing_end
            )
            if self.is_closing:
                self._leave_desks()

    def _leave_desks(self):
        has_given = False
        for desk in self.desks.values():
            has_given = desk.give_back() or has_given
            desk.leave()
        if has_given or self._get_in_flight():
            self.lane_model._wake_up()
        self.lane_model._commit()

    def is_leaving(self, connector_id):
        """Whether nothing more goes to this system in this run."""
        return self.is_closing or (self.is_ending and connector_id in self.late)

    def close(self):
        """Give back what the run holds; the jobs of an unfinished one are then taken up
        by another lane."""
        self.pool.shutdown(wait=False)
        for desk in self.desks.values():
            desk.close()
        if not self.env.cr.closed:
            self._unlock_all()

    def _take(self):
        """Take one batch for each system that has room for one; or nothing but one job that
        may be what kills lanes, where nothing else is under way here, and no other such one
        anywhere.

        :return: whether anything was taken
        """
        in_flight = self._get_in_flight()
        if any(batch.is_suspect for batch in in_flight):
            return False
        turns = self._get_turns()
        took = not in_flight and self._take_suspect(turns)
        if not took:
            for turn in turns:
                # whatever else there is to do: what has come back is kept first
                self._keep_answers()
                took = self._take_of(turn) or took
        self._unlock_unneeded()
        self.lane_model._commit()
        return took

    def _take_suspect(self, turns):
        """:return: whether one was taken"""
        suspected = [turn for turn in turns if turn.key in self.suspected]
        if not suspected or not self._try_lock(*SUSPECT_LOCK):
            return False
        if any(self._take_of(turn, is_suspect=True) for turn in suspected):
            return True
        self.unlock(*SUSPECT_LOCK)
        return False

    def _take_of(self, turn, is_suspect=False):
        """:return: whether a batch was taken"""
        if self.is_leaving(turn.connector.id):
            return False
        try:
            desk = self._get_desk(turn)
            if not desk or not desk.has_room(turn):
                return False
            if turn.is_probing and not self._may_probe(turn.connector):
                return False
            is_allowed, only = self._get_allowance(turn)
        except Exception as error:
            self.lane_model._stop_by_defect(turn.connector, error)
            return False
        if not is_allowed:
            return False
        self.served[turn.key] = time.monotonic()
        batch, is_last = JobBatch.claim(self, turn, only, is_suspect)
        if is_last:
            self.turns = [other for other in self.turns if other is not turn]
        if not batch:
            if is_suspect:
                self.suspected.discard(turn.key)
            return False
        self.settled += self.attempt(batch, batch.prepare)
        if batch.requests:
            desk.add(batch)
        elif batch.answers:
            self.settled += self.attempt(batch, batch.settle)
        return True

    def _get_allowance(self, turn):
        """What the day's budget allows: at last only won deals, and what they wait for.

        :return: tuple: whether anything may go, and which jobs alone (``SQL``, or None)
        """
        if not turn.is_budgeted:
            return True, None
        budget = turn.connector._get_budget()
        if budget == "kept" and not turn.carries_deals:
            return True, turn.connector._get_deals_wait_condition()
        return budget != "used", None

    def attempt(self, batch, step):
        """Whatever a batch of one system comes to, the others go on. Jobs that it leaves
        under way are taken up as those of a lane that died, once this run has ended.

        :param step: of ``batch``, callable
        :return: what ``step`` gives, else 0
        """
        try:
            return step()
        except Exception:
            # which fails as well where the connection is gone, and ends the run
            self.env.cr.rollback()
            _logger.exception("A batch of %s could not be settled", batch.flow.code)
            return 0

    def _get_turns(self):
        """What there is to do, most urgent first, and among equals who was served last."""
        began = time.monotonic()
        if not self.turns or began > self.turns_until:
            self.turns = self.lane_model._find_turns()
            self.starts = {turn.key: turn.start for turn in self.turns}
            crashes = {turn.key: turn.most_crashes for turn in self.turns}
            self.crashed = {key for key, most in crashes.items() if most}
            self.suspected = {
                key for key, most in crashes.items() if most >= CRASHES_TO_SUSPECT
            }
            self.settings = self._read_settings()
            self.turns_read = ended = time.monotonic()
            self.turns_until = ended + max(TURNS_LAST, (ended - began) / TURNS_SHARE)
        return sorted(
            self.turns,
            key=lambda turn: (turn.priority, self.served.get(turn.key, 0.0)),
        )

    def _read_settings(self):
        """:return: dict ``{connector id: ConnectionSettings or Exception}``, read for all at
        once: the first batch that is claimed has the cache forgotten"""
        settings = {}
        for connector in {
            turn.connector.id: turn.connector for turn in self.turns
        }.values():
            try:
                settings[connector.id] = connector._get_connection_settings()
            except UserError as error:
                settings[connector.id] = error
            except Exception as error:
                # which fails as well where the connection is gone, and ends the run
                self.env.cr.rollback()
                settings[connector.id] = error
        return settings

    def _wait_and_settle(self, in_flight, look_again):
        wait(
            [batch.future for batch in in_flight],
            timeout=0 if look_again else LOOK_EVERY,
            return_when=FIRST_COMPLETED,
        )
        self._keep_answers()
        if time.monotonic() - self.renewed > RENEW_EVERY:
            self._renew_leases()
        for batch in in_flight:
            if batch.is_back:
                desk = self.desks[batch.turn.connector.id]
                self._heed(desk, batch)
                # the next call goes out before this one's answers are applied
                desk.finish(batch)
                self.settled += self.attempt(batch, batch.settle)
                self._keep_answers()
        for desk in self.desks.values():
            # there may have been no place for its call before
            desk.submit()
        self._unlock_unneeded()

    def has_place(self):
        """Whether one more call may go out, of whichever system."""
        return len(self._get_in_flight()) < MOST_CALLS

    def may_go(self, batch):
        """Whether its system is to be called still: while the batch has waited for a call
        before it, another lane may have been told to leave the system alone, or have found
        it failing, and a person may have stopped it."""
        if time.monotonic() - batch.started < PREPARED_LASTS:
            return True
        may_go = job_rows.may_go(self, batch.turn, FAILURES_TO_REST)
        self.lane_model._commit()
        return may_go

    def _keep_answers(self):
        """Commit the answers of all calls that have come back. Until then a crash would
        lose them, so nothing that takes any time goes before."""
        for batch in self._get_in_flight():
            if batch.future.done() and not batch.is_back:
                self.attempt(batch, batch.keep_answers)

    def _heed(self, desk, batch):
        """Who was turned away does not come again at once, and who got no answer comes
        with one call at a time."""
        kinds = {getattr(answer, "kind", None) for answer in batch.get_answers()}
        desk.is_strained = not kinds.isdisjoint(SYSTEM_FAILURES)
        if kinds & TURNED_AWAY or any(
            getattr(answer, "retry_after", None) for answer in batch.get_answers()
        ):
            desk.give_back()
        if AuthenticationError.kind in kinds:
            # in a session of its own, or with another key by then
            desk.renew()

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

    def _reclaim(self):
        self.reclaimed = time.monotonic()
        if self.lane_model._reclaim(self.name):
            self.turns.clear()

    # -- desks ------------------------------------------------------------------------

    def _get_desk(self, turn):
        """Where this run deals with the connector of ``turn``; None while it may not call
        it."""
        connector = turn.connector
        desk = self.desks.get(connector.id)
        if desk is None:
            desk = self.desks[connector.id] = Desk(self, connector.id)
        try:
            if desk.looked_at < self.turns_read:
                desk.keep_up(self.settings[connector.id])
                desk.looked_at = self.turns_read
            self._staff(desk, turn)
        except UserError as error:
            if not connector._leave_to_others(error):
                connector._stop_by_error(AuthenticationError(str(error)))
            self.lane_model._commit()
            return None
        return desk if desk.clients else None

    def _staff(self, desk, turn):
        """As many clients as this lane may use at once. Where the connector limits the
        calls of all lanes together, each client needs one of its places; what another lane
        has now may be free the next time."""
        limit = turn.call_places
        if limit:
            desk.keep_within(get_places(turn.connector.id, limit))
        wanted = min(turn.parallel_calls, limit or turn.parallel_calls)
        while len(desk.places) < wanted:
            place = self._take_place(turn.connector.id, limit) if limit else None
            if limit and place is None:
                return
            try:
                client = turn.connector._get_client()
            except Exception:
                # who can't use it leaves it to others
                if place:
                    self.env.cr.rollback()
                    self.unlock(*place)
                raise
            client.keep_to(self.last_begin, self.end)
            desk.welcome(client, place)
