import logging
import time
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.exceptions import UserError

from ..client import InternalError, TextMaker
from ..translation import say
from .batch_steps import as_internal
from .integration_connector import UNTIL
from .integration_credential import TEST_PATIENCE
from .lane_locks import TEST_CLASS, call_place, try_lock, unlock

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

# the scheduled action
TESTS = "integration_hub.ir_cron_test_connections"
# seconds, for all calls of a test and of a look at what would happen
LONGEST_TEST = 40.0
# seconds to wait for one of the calls a system takes at once, where lanes have all of them:
# they leave one as soon as a call that is under way has ended
WAIT_FOR_PLACE = 30.0
# what could not be tested now is tested then
NEXT_TRY = timedelta(seconds=5)
# begun so often without an end, a test is likely what ends the server
MOST_TESTS = 2


class IntegrationLane(models.AbstractModel):
    """Tests of connections, which a scheduled action of their own makes beside the lanes: a
    system that does not answer holds up nobody's jobs."""

    _inherit = "integration.lane"

    @api.private
    def _wake_up_to_test(self, at=None):
        """Have connections tested after commit.

        :param datetime at: the moment; else at once
        """
        cron = self.env.ref(TESTS, raise_if_not_found=False)
        if cron:
            # sudo: scheduled actions are nobody's to read; a look at what to test is harmless
            cron.sudo()._trigger(at)

    @api.model
    def _run_connection_tests(self):
        """Test what is to be tested. Called by ``ir.cron``."""
        connectors = self.env["integration.connector"].search(
            [("is_testing", "=", True)]
        )
        end, tested = self._get_end(), 0
        # those whose calls at once are all in use are waited for once all others are tested
        for wait in (0.0, WAIT_FOR_PLACE):
            held_back = connectors.browse()
            for connector in connectors:
                spare = end - time.monotonic() - LONGEST_TEST / 2
                if spare <= 0:
                    # the next run has the time for it
                    self._wake_up_to_test()
                    held_back = connectors.browse()
                    break
                outcome = self._test_if_asked(connector, end, min(wait, spare))
                tested += outcome is True
                if outcome is None:
                    held_back |= connector
            connectors = held_back
        if connectors:
            # a worker looks once a minute by itself
            self._wake_up_to_test(self.env.cr.now() + NEXT_TRY)
        self.env["ir.cron"]._commit_progress(tested)

    def _test_if_asked(self, connector, end, wait):
        """
        :param end: of the run, ``time.monotonic``
        :param float wait: seconds, as of ``call_place``
        :return: whether it was tested; None where all of its calls at once are in use
        """
        # of the connection, not of a row: nothing is locked while the system answers
        lock = (TEST_CLASS, connector.id)
        if not try_lock(self.env, lock):
            return False
        try:
            connector.invalidate_recordset()
            if not connector.is_testing or self._leave_test_to_others(connector):
                return False
            with call_place(connector, wait) as may_call:
                if not may_call:
                    return None
                # it may have taken a while
                connector.invalidate_recordset()
                if not connector.exists() or not connector.is_testing:
                    return False
                until = min(time.monotonic() + LONGEST_TEST, end)
                self._run_connection_test(connector.with_context(**{UNTIL: until}))
                return True
        except BaseException:
            self.env.cr.rollback()
            raise
        finally:
            unlock(self.env, lock)
            if connector.exists() and connector._get_call_places():
                # a lane may have found no place meanwhile
                self._wake_up(connectors=connector)
            self._commit()

    def _leave_test_to_others(self, connector):
        """Whether another server is to test, as this one can't read the credentials."""
        try:
            is_left = self._ask_others(connector)
        except TransactionRollbackError:
            # one server has asked while another one answered: it is looked at anew
            self.env.cr.rollback()
            self._wake_up_to_test()
            is_left = True
        self._commit()
        return is_left

    def _ask_others(self, connector):
        try:
            # sudo: nobody has rights on credentials
            self.env["integration.credential"].sudo()._read_secrets(connector)
        except UserError as error:
            return connector._leave_to_others(error, TEST_PATIENCE)
        return False

    def _run_connection_test(self, connector):
        """Whatever one connector does, the others are tested."""
        try:
            if connector.test_tries >= MOST_TESTS:
                error = InternalError(
                    _lt(
                        "The server was interrupted during the test, more than once. Look"
                        " into its log, then test again."
                    )
                )
                self._end_connection_test(connector, error)
                return
            connector.test_tries += 1
            self._commit()
            connector._run_test()
            connector.test_tries = 0
            self._commit()
        except TransactionRollbackError:
            # somebody changed the connector meanwhile: the next run tests again
            self.env.cr.rollback()
            self._forget_try(connector)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("The test of connector %s failed", connector.id)
            self._end_connection_test(connector, as_internal(error))

    def _forget_try(self, connector):
        """A test that others have overtaken ended nobody's server."""
        try:
            connector.test_tries = 0
            self._commit()
        except TransactionRollbackError:
            self.env.cr.rollback()

    def _end_connection_test(self, connector, error):
        connector.write(
            {
                "is_testing": False,
                "is_preview_wanted": False,
                "test_tries": 0,
                "last_test": self.env.cr.now(),
                "error_message": say(connector._speak().env, error.message),
            }
        )
        self._commit()
