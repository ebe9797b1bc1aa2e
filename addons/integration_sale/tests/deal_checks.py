"""What holds at any time, and in the end, whatever was done to deals."""

from collections import Counter

from hypothesis.stateful import invariant

from .chaos_erp import GONE

LAST_TRIES = 8
QUEUED = ("waiting", "retrying", "running")
OPEN_STATES = (*QUEUED, "failed", "attention")
# issues of deals nothing can be sent of until a person says what
UNSENT = ("choose", "nothing", "merge", "customer", "refused")


class DealChecks:
    # -- what holds at any time -------------------------------------------------------

    def _get_live(self, lead):
        keys = {f"{self.case.prefix}OPP{lead.id}"}
        keys.update(f"{self.case.prefix}SO{order.id}" for order in lead.order_ids)
        return self.erp.get_live(keys)

    @invariant()
    def never_twice(self):
        assert not self.erp.offences, self.erp.offences
        assert not self.case.offences, self.case.offences
        is_one = self.case.flow.order_grouping == "opportunity"
        number = 0
        for lead in self.leads:
            keys = [order["request"]["key"] for order in self._get_live(lead)]
            assert len(keys) == len(set(keys)), keys
            # what was confirmed later is an order of its own, unless all are one
            orders = lead.order_ids.filtered(lambda order: order.state != "draft")
            assert len(keys) <= (1 if is_one else max(1, len(orders))), keys
            number += len(keys)
        live = [
            order for order in self.erp.orders.values() if order["state"] not in GONE
        ]
        assert len(live) == number, "an order of no deal"

    @invariant()
    def customers_never_twice(self):
        keys = Counter(party.get("ours") for party in self.erp.parties.values())
        assert all(number == 1 for number in keys.values()), keys

    # -- what holds in the end --------------------------------------------------------

    def teardown(self):
        try:
            self._settle()
            for lead in self.leads:
                self._check_told(lead)
            self._mend_all()
            for lead in self.leads:
                self._check_end(lead)
            self._check_again()
            self.never_twice()
            self.customers_never_twice()
        finally:
            self.erp.late.clear()
            self.env.cr.precommit.clear()
            self.env.cr.postcommit.clear()
            self.env.invalidate_all(flush=False)
            self.savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.env.transaction.clear()

    def _settle(self):
        """Nothing breaks any more: the queue goes on by itself."""
        self.erp.trouble.clear()
        for _try in range(LAST_TRIES):
            self._wait(4000)
            self._restart()
            self.case.run_lane()
            if not self._get_jobs(QUEUED):
                return
        left = self._get_jobs(QUEUED)
        # what waits for a person's word waits
        assert all(job.blocked_by_id for job in left), [
            (job.flow_id.code, job.state, job.next_try, job.error_detail)
            for job in left
        ]

    def _mend_all(self):
        for _try in range(LAST_TRIES):
            if not self._get_jobs(OPEN_STATES):
                return
            self._choose()
            self._retry()
            self._settle()
        left = self._get_jobs(OPEN_STATES)
        assert not left, [(job.error_message, job.error_detail) for job in left]

    def _get_jobs(self, states):
        self.env.invalidate_all()
        return self.env["integration.job"].search(
            [
                ("connector_id", "=", self.case.connector.id),
                ("state", "in", states),
            ]
        )

    def _get_order_jobs(self, states):
        return self._get_jobs(states).filtered(lambda job: job.res_model == "crm.lead")

    def _check_told(self, lead):
        """Nobody has done anything yet about what went wrong."""
        if lead.integration_status == "attention":
            assert lead.integration_message, f"{lead.name}: nobody knows why"
        elif lead.won_status == "won" and lead.id not in self.given_up:
            is_there = self._get_live(lead) or self._is_off(lead)
            assert is_there, f"{lead.name} is missing, and nobody is told"

    def _describe(self, lead):
        """Both sides, for whoever looks into a failure."""
        jobs = self.case.get_jobs(lead)
        return (
            lead.name,
            lead.id in self.given_up,
            [(o.key, o.remote_id, o.state) for o in lead.erp_order_ids],
            [
                (o["request"]["key"], o["key"], o["remote_id"], o["state"])
                for o in self.erp.orders.values()
            ],
            [
                (
                    j.idempotency_key,
                    j.state,
                    j.is_called_off,
                    j.trigger,
                    j.error_message,
                )
                for j in jobs
            ],
        )

    def _is_off(self, lead):
        """Called off with its quotation."""
        orders = lead.erp_order_ids
        return orders and all(order._is_off() for order in orders)

    def _check_end(self, lead):
        live = {order["remote_id"]: order for order in self._get_live(lead)}
        is_told = lead.integration_status == "attention"
        if lead.won_status != "won":
            assert not live or is_told, "a stray order is told"
            return
        is_there = (
            live
            or self._is_off(lead)
            or lead.integration_issue in UNSENT
            # nobody wants it, and nobody knows of one over there
            or lead.id in self.given_up
            # cancelled there, and not to be brought back: a person is asked
            or (is_told and any(lead.erp_order_ids.mapped("left_message")))
        )
        assert is_there, f"{lead.name} is missing: {lead.integration_message}"
        known = lead.erp_order_ids.filtered(lambda order: order._is_live())
        assert set(known.mapped("remote_id")) == set(live), self._describe(lead)
        if is_told:
            assert lead.integration_issue or "open" in known.mapped("difference_state")
            return
        if lead.id in self.given_up:
            # left as it was found
            return
        confirmed = lead.order_ids.filtered(lambda order: order.state == "sale")
        assert confirmed <= known.sale_order_ids, "all of them are there"
        for erp_order in known:
            assert not erp_order._is_off(), "its quotation is off"
            remote = live[erp_order.remote_id]
            orders = erp_order.sale_order_ids.filtered(lambda o: o.state != "cancel")
            wanted = sum(orders.mapped("amount_total")) if orders else lead.lines_total
            if erp_order.difference_state == "accepted":
                wanted += float(remote["surcharge"])
            total = self.case.get_total(remote)
            assert abs(total - wanted) < 0.05, (remote["number"], total, wanted)
            assert remote["state"] == "confirmed", remote["state"]

    def _check_again(self):
        """A second sync changes nothing over there, and what comes back is no news."""
        case = self.case
        case.pull()
        sent = self.erp.count_sent()
        jobs = self.env["integration.job"].search_count([("operation", "!=", "pull")])
        messages = self.env["mail.message"].search_count([])
        for lead in self.leads:
            if lead.integration_issue not in UNSENT and lead.id not in self.given_up:
                lead.sudo()._push_won("once more")
        case.run_lane()
        case.pull()
        assert self.erp.count_sent() == sent, "nothing is created or confirmed again"
        found = self.env["integration.job"].search_count([("operation", "!=", "pull")])
        assert found == jobs, "no echo of our own change"
        assert self.env["mail.message"].search_count([]) == messages
