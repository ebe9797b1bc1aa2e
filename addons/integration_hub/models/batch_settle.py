"""What becomes of the answers to a batch; see ``job_batch.py``."""

import logging
import time
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL

from ..client import IntegrationError, error_from_dict
from ..translation import say_all
from . import job_rows
from .batch_problems import BatchProblems
from .batch_steps import as_internal, pack_answer

_logger = logging.getLogger(__name__)

CONTACT_NOTED_EVERY = timedelta(seconds=30)


class BatchSettling(BatchProblems):
    """After the call; a base of :class:`JobBatch`, whose attributes it uses.

    Whatever one system answers, the jobs of the others go on: what can't be written down
    for many is written for each, and what can't be for one stops that one alone.
    """

    def get_answers(self):
        """:return: answers and errors of the call, which has ended"""
        return self.future.result()[0]

    def keep_answers(self):
        """Commit what has come back: the first thing that happens after a call."""
        self.is_back = True
        problems = self._take_answers()
        self._keep_answers(self.packed, problems)
        self.problems = problems

    def settle(self):
        """Apply the answers; those of jobs that are another lane's by now are left to that
        one.

        :return: number of jobs settled
        """
        problems = self.problems
        if problems is None:
            # they could not be kept, and are asked for again by whoever takes the jobs up
            return 0
        if problems or self.exchanges or self.turn.has_failed:
            self._settle_calls(problems)
        if pause := self.client.get_pause() if self.client else 0.0:
            # said with a good answer, or in one whose error went no further; the clients of
            # other processes don't know
            self._do(lambda _problems: self.turn.connector._rest(pause), {})
            self.run.turns.clear()
        if self.answers:
            self._settle_answers(self.answers)
            self._settle_applied()
        return len(problems) + len(self.answers)

    def _take_answers(self):
        """:return: dict ``{job: IntegrationError}`` of those that came to nothing"""
        problems, self.packed = {}, {}
        answers, self.exchanges = self.future.result()
        for job, answer in zip(self.requests, answers, strict=True):
            if isinstance(answer, IntegrationError):
                problems[job] = answer
                continue
            said = say_all(lambda job=job: self.handler._speak_for(job), answer)
            try:
                self.answers[job], self.packed[job] = pack_answer(said)
            except (TypeError, ValueError) as error:
                problems[job] = self._refuse_answer(error)
        return problems

    def _keep_answers(self, packed, problems):
        """First of all, the result, committed: nothing that comes after can lose it."""
        if not packed:
            return
        try:
            self._in_fresh_transactions(lambda: self._store_answers(packed))
        except TransactionRollbackError:
            raise
        except Exception as error:
            self.env.cr.rollback()
            if len(packed) > 1:
                for job, text in packed.items():
                    self._keep_answers({job: text}, problems)
                return
            [job] = packed
            del self.answers[job]
            problems[job] = self._refuse_answer(error)

    def _store_answers(self, packed):
        self.env.flush_all()
        job_rows.store_answers(self.env, packed, self.mark)
        self.lane_model._commit()

    def _refuse_answer(self, error):
        _logger.error("An answer of %s can't be kept", self.flow.code, exc_info=error)
        return as_internal(error)

    # -- calls that came to nothing, and what was said --------------------------------

    def _settle_calls(self, problems):
        steps = (self._note_outcome, self._note_pace, self._settle_called, self._log)
        if self._do(*steps, problems):
            return
        # something of it can't be written down: each by itself
        for step in (self._note_outcome, self._note_pace, self._log):
            self._do(step, problems)
        for job, error in problems.items():
            bare = error_from_dict({"kind": error.kind, "message": str(error.message)})
            if not self._do(self._settle_called, {job: error}):
                self._do(self._settle_called, {job: bare})

    def _do(self, *steps_and_problems):
        """Take steps together, committed.

        :return: whether that worked; what does not is left to whoever takes the jobs up
            once this run has ended
        """
        *steps, problems = steps_and_problems

        def do():
            for step in steps:
                step(problems)
            self.lane_model._commit()

        try:
            self._in_fresh_transactions(do)
        except Exception:
            # which fails as well where the connection is gone, and ends the run
            self.env.cr.rollback()
            _logger.exception(
                "What came of a call of %s can't be written down", self.flow.code
            )
            return False
        return True

    def _note_outcome(self, problems):
        connector = self.turn.connector
        if not self.future or not (problems or self.turn.has_failed):
            return
        if len(problems) < len(self.requests):
            # how the system is shows once the answers are applied
            connector._note_limits(problems)
            connector._note_pauses(problems)
        else:
            connector._note_outcome(problems, len(self.requests))
        # what the run knows of this connector is out of date now
        self.run.turns.clear()

    def _note_pace(self, problems):
        """Whatever a flow makes of a call that has taken too long, a confirmation say, it
        is the system that was too slow."""
        is_slow = any(exchange.has_timed_out for exchange in self.exchanges)
        is_answered = self.exchanges and len(problems) < len(self.requests)
        if is_slow or (is_answered and self.turn.is_slow):
            self.turn.connector._note_pace(is_slow)
            self.run.turns.clear()

    def _log(self, _problems):
        if not self.exchanges:
            return
        connector = self.turn.connector
        self.env["integration.exchange"]._log(connector, self.exchanges, self.mark)
        if any(exchange.status for exchange in self.exchanges):
            self._note_contact(connector)

    def _note_contact(self, connector):
        now = self.lane_model._now()
        # now and then is enough: lanes side by side would fight for this one row
        self.env.cr.execute(
            SQL(
                """
            UPDATE integration_connector SET last_contact = %(now)s
             WHERE id IN (
                   SELECT id FROM integration_connector
                    WHERE id = %(id)s
                      AND (last_contact IS NULL OR last_contact < %(recent)s)
                      FOR NO KEY UPDATE SKIP LOCKED)
                """,
                now=now,
                recent=now - CONTACT_NOTED_EVERY,
                id=connector.id,
            )
        )
        connector.invalidate_recordset(["last_contact"], flush=False)

    # -- effects ----------------------------------------------------------------------

    def _settle_answers(self, answers):
        """One that can't be applied is undone with all that was applied with it: answers
        are committed, so the others are applied again, each by itself."""
        try:
            self._in_fresh_transactions(lambda: self._apply(answers))
        except TransactionRollbackError:
            raise
        except Exception as error:
            self.env.cr.rollback()
            if len(answers) > 1:
                for job, answer in answers.items():
                    self._settle_answers({job: answer})
                return
            _logger.exception("Applying an answer of %s failed", self.flow.code)
            self._settle_problems(
                {job: as_internal(error) for job in self._get_ours(answers)}
            )
            self.lane_model._commit()

    def _apply(self, answers):
        answers = {job: answers[job] for job in self._get_ours(answers)}
        if answers:
            problems = self.handler._apply(self.flow, list(answers.items())) or {}
            done = self.env["integration.job"].browse(
                job.id for job in answers if job not in problems
            )
            job_rows.finish(done, time.monotonic() - self.started)
            if done and self.turn.has_told_problem:
                self._tell_people(type(self.flow)._close_problem)
            self.unapplied.update(problems)
        self.lane_model._commit()

    def _settle_applied(self):
        """A system may store what it gets, and then fail to confirm it: what shows where
        answers are applied counts for the whole call."""
        if not (self.unapplied or self.problems or self.turn.has_failed):
            return
        self._do(self._note_applied, {})
        if self.unapplied and not self._do(self._settle_unapplied, self.unapplied):
            # something of it can't be written down: each by itself
            for job, error in self.unapplied.items():
                self._do(self._settle_unapplied, {job: error})

    def _note_applied(self, _problems):
        connector = self.turn.connector
        if self.future and len(self.problems) < len(self.requests):
            problems = {**self.problems, **self.unapplied}
            of_call = {job: problems[job] for job in self.requests if job in problems}
            connector._note_outcome(of_call, len(self.requests))
        # of answers that were kept in an earlier run as well
        connector._note_limits(self.unapplied)
        connector._note_pauses(self.unapplied)
        self.run.turns.clear()

    def _settle_unapplied(self, problems):
        ours = self._get_ours(problems)
        self._settle_problems({job: problems[job] for job in ours})
