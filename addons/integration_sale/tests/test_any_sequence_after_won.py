"""Whatever people do after a deal was won, and whatever breaks: the ERP order follows, or
somebody is told."""

from unittest.mock import patch

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from odoo.tests import tagged

from . import test_any_sequence
from .chaos_erp import FAULTS, ChaosClient

CHANGING = ("order_update", "order_cancel", "order_reopen")


class AfterWonClient(ChaosClient):
    def order_read(self, remote_ids):
        return self._suffer(
            "order_read", lambda: super(AfterWonClient, self).order_read(remote_ids)
        )

    def order_update(self, updates):
        return self._suffer(
            "order_update", lambda: super(AfterWonClient, self).order_update(updates)
        )

    def order_cancel(self, remote_ids):
        return self._suffer(
            "order_cancel", lambda: super(AfterWonClient, self).order_cancel(remote_ids)
        )

    def order_reopen(self, remote_ids):
        return self._suffer(
            "order_reopen", lambda: super(AfterWonClient, self).order_reopen(remote_ids)
        )


class AfterWonMachine(test_any_sequence.DealMachine):
    @precondition(lambda self: any(lead.won_status == "pending" for lead in self.leads))
    @rule()
    def lose(self):
        lead = next(lead for lead in self.leads if lead.won_status == "pending")
        lead.action_set_lost()
        self.case.commit()

    @precondition(lambda self: any(lead.won_status == "lost" for lead in self.leads))
    @rule()
    def win_back(self):
        lead = next(lead for lead in self.leads if lead.won_status == "lost")
        lead.action_unarchive()
        self.case.win(lead)
        self.case.commit()

    @rule(
        verb=st.sampled_from(("order_read", *CHANGING)), fault=st.sampled_from(FAULTS)
    )
    def break_after_won(self, verb, fault):
        self.erp.trouble[verb] = fault
        self.case.run_lane()

    @precondition(lambda self: any(o.state == "sale" for o in self.orders.values()))
    @rule()
    def cancel_quotation(self):
        order = next(o for o in self.orders.values() if o.state == "sale")
        order._action_cancel()
        self.case.commit()

    def _check_end(self, lead):
        live = self._get_live(lead)
        erp_orders = lead.erp_order_ids
        if lead.won_status != "won":
            assert not live or lead.integration_status == "attention"
            return
        for remote in live:
            known = erp_orders.filtered(
                lambda o, r=remote: o.remote_id == r["remote_id"]
            )
            assert known, "an order nobody knows of"
            total = float(self._get_total(remote))
            if lead.integration_status == "attention":
                continue
            order = known.sale_order_ids
            assert not order or order.state != "cancel", "its quotation is off"
            wanted = order.amount_total if order else lead.lines_total
            assert abs(total - wanted) < 0.05, (total, wanted)
            assert remote["state"] == "confirmed", remote["state"]
        if not live and lead.integration_status != "attention":
            # called off with its quotation, never to send
            assert erp_orders, f"{lead.name} is missing, and nobody is told"
            assert all(order._is_off() for order in erp_orders), "nobody is told"

    def _get_total(self, remote):
        return AfterWonClient.__new__(AfterWonClient)._answer(remote)["total"]


@tagged("post_install", "-at_install")
class TestAnySequenceAfterWon(test_any_sequence.TestAnySequence):
    machine = AfterWonMachine

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(
                cls.registry["integration.connector"],
                "_fake_get_client_class",
                lambda self: AfterWonClient,
                create=True,
            )
        )
        flow = cls.connector._get_flow("sale_change_push")
        flow.reopen_policy = "cancel"
