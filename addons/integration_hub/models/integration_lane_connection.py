import logging
import time

from psycopg2.extensions import TransactionRollbackError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..client import InternalError, TextMaker
from ..translation import say
from .batch_steps import as_internal
from .integration_connector import UNTIL
from .integration_credential import TEST_PATIENCE
from .lane_run import LaneRun

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

# the scheduled action
TESTS = "integration_hub.ir_cron_test_connections"
# advisory locks of this class say that a connector is being tested
TEST_LOCK_CLASS = LaneRun.LOCK_CLASS + 2
# seconds, for all calls of a test and of a look at what would happen
LONGEST_TEST = 40.0
# begun so often without an end, a test is likely what ends the server
MOST_TESTS = 2


class IntegrationLane(models.AbstractModel):
    """Tests of connections, which a scheduled action of their own makes beside the lanes: a
    system that does not answer holds up nobody's jobs."""

    _inherit = "integration.lane"

    @api.private
    def _wake_up_to_test(self):
        """Have connections tested after commit."""
        cron = self.env.ref(TESTS, raise_if_not_found=False)
        if cron:
            # sudo: scheduled actions are nobody's to read; a look at what to test is harmless
            cron.sudo()._trigger()

    @api.model
    def _run_connection_tests(self):
        """Test what is to be tested. Called by ``ir.cron``."""
        end, tested = self._get_end(), 0
        connectors = self.env["integration.connector"].search(
            [("is_testing", "=", True)]
        )
        for connector in connectors:
            until = time.monotonic() + LONGEST_TEST
            if until > end and end - time.monotonic() < LONGEST_TEST / 2:
                # the next run has the time for it
                self._wake_up_to_test()
                break
            # of the connection, not of a row: nothing is locked while the system answers
            lock = SQL("(%s, %s)", TEST_LOCK_CLASS, connector.id)
            [[is_ours]] = self.env.execute_query(
                SQL("SELECT pg_try_advisory_lock%s", lock)
            )
            if not is_ours:
                continue
            try:
                connector.invalidate_recordset()
                if connector.is_testing and not self._leave_test_to_others(connector):
                    until = min(until, end)
                    self._run_connection_test(connector.with_context(**{UNTIL: until}))
                    tested += 1
            finally:
                self.env.execute_query(SQL("SELECT pg_advisory_unlock%s", lock))
                self._commit()
        self.env["ir.cron"]._commit_progress(tested)

    def _leave_test_to_others(self, connector):
        """Whether another server is to test, as this one can't read the credentials."""
        try:
            # sudo: nobody has rights on credentials
            self.env["integration.credential"].sudo()._read_secrets(connector)
            is_left = False
        except UserError as error:
            is_left = connector._leave_to_others(error, TEST_PATIENCE)
        except TransactionRollbackError:
            # one server has asked while another one answered: it is looked at anew
            self.env.cr.rollback()
            self._wake_up_to_test()
            is_left = True
        self._commit()
        return is_left

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
