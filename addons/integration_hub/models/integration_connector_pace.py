from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationConnector(models.Model):
    """How many calls at once a system gets that has not answered in time.

    What comes on top of work that takes too long makes it take longer: a system that has
    fallen behind would stay behind, long after what has slowed it down is over. So it gets
    half as many calls with each one it does not answer in time, of all lanes together, and
    one more each time it has answered all of them.
    """

    _inherit = "integration.connector"

    calls_while_slow = fields.Integer(
        "For Now, Calls At Once",
        readonly=True,
        copy=False,
        aggregator=None,
        help="It has not answered in time: fewer calls at once help it to catch up. They"
        " grow again with what it answers. Where this comes back often, lower the calls at"
        " once, or raise the answer time-out.",
    )
    # in a row, since that number was last changed
    answers_while_slow = fields.Integer(readonly=True, copy=False, aggregator=None)

    @api.private
    def _get_call_places(self):
        return self.calls_while_slow or super()._get_call_places()

    def _get_most_calls(self):
        """:return: how many calls may be under way at once where it answers in time"""
        if self.max_calls_at_once:
            return self.max_calls_at_once
        lanes = self.env["integration.lane"]._get_lane_crons()
        return self.parallel_calls * max(len(lanes), 1)

    @api.private
    def _note_pace(self, is_slow):
        """A call has come back.

        :param bool is_slow: not in time; else it was answered
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                "SELECT COALESCE(calls_while_slow, 0), COALESCE(answers_while_slow, 0)"
                " FROM integration_connector WHERE id = %s",
                self.id,
            )
        )
        [[before, answers]] = self.env.cr.fetchall()
        most = self._get_most_calls()
        if is_slow:
            calls, answers = max(min(before or most, most) // 2, 1), 0
        elif before:
            answers += 1
            calls = before + (answers >= before)
            answers = answers if calls == before else 0
        else:
            return
        if calls >= most:
            calls = answers = 0
        # had another lane written it meanwhile, this would fail, and be done again
        self.env.cr.execute(
            SQL(
                "UPDATE integration_connector"
                " SET calls_while_slow = %s, answers_while_slow = %s WHERE id = %s",
                calls,
                answers,
                self.id,
            )
        )
        self.invalidate_recordset(
            ["calls_while_slow", "answers_while_slow"], flush=False
        )
        if before and (not calls or calls > before):
            # lanes that found no place before may have gone to sleep
            self.env["integration.lane"]._wake_up(connectors=self)
