"""Deliberate breaks of what the suite promises, one promise each; the property tests of deals are to notice."""

from mutations.breaking import Break
from mutations.engine_breaks import ENGINE_BREAKS

HUB = "addons/integration_hub/models/"
SALE = "addons/integration_sale/models/"
SENDING = "addons/integration_sale/sending.py"
SEARCH = "addons/integration_sale/order_search.py"
TESTS = "integration_sale/tests/"
TWICE = f"{TESTS}test_after_won_twice.py::TestAfterWonTwice"

DEAL_BREAKS = {
    "no lookup by key": Break(
        (
            (
                SEARCH,
                "    found = client.order_find(keys)\n",
                "    found = {}\n",
            ),
        )
    ),
    "intent not noted": Break(
        (
            (
                f"{HUB}job_rows.py",
                "SET sent_at = %(now)s, request",
                "SET sent_at = NULL, request",
            ),
        )
    ),
    "intent committed late": Break(
        (
            (
                f"{HUB}job_batch.py",
                "        self._stand_back([job for job in held if job in ours])\n"
                "        self.lane_model._commit()\n",
                "        self._stand_back([job for job in held if job in ours])\n",
            ),
        )
    ),
    "crash forgets the call": Break(
        (
            (
                f"{HUB}integration_lane.py",
                '            of_connector.filtered("sent_at").unsettled_until = settled_at\n',
                "",
            ),
        )
    ),
    "lost call not waited for": Break(
        (
            (
                "addons/integration_hub/client/errors.py",
                "    if unsettled_until is None or time.time() >= unsettled_until:\n",
                "    if True:\n",
            ),
        )
    ),
    "answer kept late": Break(
        (
            (
                f"{HUB}batch_settle.py",
                "        job_rows.store_answers(self.env, packed, self.mark)\n",
                "",
            ),
        ),
        direct=(
            "integration_hub/tests/test_lane_run.py::TestLaneRun"
            "::test_answer_is_kept_for_whoever_takes_the_job_up",
        ),
    ),
    "answer ignored": Break(
        (
            (
                f"{SALE}handler_sale_order_apply.py",
                "        problems = handler._apply_answers(flow, made)\n",
                "        problems = {}\n",
            ),
        )
    ),
    "lost confirm taken as done": Break(
        (
            (
                SENDING,
                '            answers[index]["confirm_error"] = order.to_dict()\n',
                "            pass\n",
            ),
        )
    ),
    "doubt ignored without key": Break(
        (
            (
                SEARCH,
                "        elif candidates:\n",
                "        elif candidates and False:\n",
            ),
        )
    ),
    "no search without key": Break(
        (
            (
                SENDING,
                "        orders = find_without_key(client, requests)\n",
                "        orders = [None] * len(requests)\n",
            ),
        )
    ),
    "own change comes back as a change": Break(
        (
            (
                f"{SALE}handler_sale_change_apply.py",
                '            "sent_hash": get_content_hash(_get_sent(payload)),\n',
                "",
            ),
        )
    ),
    "own change told as news": Break(
        (
            (
                f"{SALE}handler_sale_status_pull.py",
                "        open_ones = orders._get_being_changed()\n",
                "        open_ones = orders.browse()\n",
            ),
        )
    ),
    "newer change does not replace": Break(
        (
            (
                f"{HUB}integration_job_queue.py",
                "payload = EXCLUDED.payload, name =",
                "name =",
            ),
        )
    ),
    "order before its customer": Break(
        (
            (
                f"{SALE}handler_sale_order_push.py",
                '                    blockers[job] = customers[payload["partner_id"]]\n',
                "                    continue\n",
            ),
            (
                f"{SALE}handler_sale_order_request.py",
                "counterparts.parties[partner_id]",
                'counterparts.parties.get(partner_id, "")',
            ),
        )
    ),
    "total not compared": Break(
        (
            (
                f"{SALE}integration_erp_order.py",
                "        if is_same:\n            return",
                "        if True:\n            return",
            ),
        )
    ),
    "confirmed though it differs": Break(
        (
            (
                SENDING,
                "        or _is_same(request, order)\n",
                "        or True\n",
            ),
        )
    ),
    "won again makes a second order": Break(
        (
            (
                f"{SALE}crm_lead_content.py",
                "        if erp_orders:\n"
                "            return self._choose_late_content(flow, erp_orders, confirmed)\n",
                "",
            ),
            (
                f"{SALE}crm_lead_content.py",
                '        return f"{prefix}OPP{self.id}"\n',
                '        return f"{prefix}OPP{self.id}" + "A" * len(self.erp_order_ids)\n',
            ),
        )
    ),
    "won again is not compared": Break(
        (
            (
                f"{SALE}crm_lead_after_won.py",
                '        won.sudo().filtered("erp_order_ids")._compare_with_sent()\n',
                "",
            ),
        )
    ),
    "made though it was reopened": Break(
        (
            (
                f"{SALE}handler_sale_order_push.py",
                '                "is_wanted": job not in unwanted,\n',
                '                "is_wanted": True,\n',
            ),
        )
    ),
    "changed though it is undecided": Break(
        (
            (
                f"{SALE}integration_job.py",
                'job.state == "running" or job.unsettled_until or job.answer',
                'job.state == "running"',
            ),
        )
    ),
    "answer that was not written is forgotten": Break(
        (
            (
                f"{SALE}integration_job.py",
                'job.state == "running" or job.unsettled_until or job.answer',
                'job.state == "running" or job.unsettled_until',
            ),
        ),
        direct=(f"{TESTS}test_answer_not_written.py",),
    ),
    "links forgotten when it is looked at again": Break(
        (
            (
                f"{SALE}handler_sale_order_after.py",
                'del values["sent_hash"], values["sale_order_ids"]',
                'del values["sent_hash"]',
            ),
        ),
        direct=(f"{TWICE}::test_quotation_confirmed_before_the_order_was",),
    ),
    "change forgotten while one was lost": Break(
        (
            (
                f"{SALE}integration_erp_order_changes.py",
                "jobs.filtered(lambda job: job.id not in settled)._filter_undecided()",
                "jobs._filter_undecided()",
            ),
        ),
        direct=(f"{TWICE}::test_quotation_confirmed_while_a_change_was_lost",),
    ),
    "what a lost change has done is not noted": Break(
        (
            (
                f"{SALE}handler_sale_change_apply.py",
                "            values |= _prepare_amounts(order, status)\n",
                "            pass\n",
            ),
        ),
        direct=(f"{TWICE}::test_lost_after_a_change_got_lost",),
    ),
    "written over key is another order": Break(
        (
            (
                SEARCH,
                '        if order is None and requests[index].get("known_id")\n',
                "        if False\n",
            ),
        )
    ),
    "cancelled without a look": Break(
        (
            (
                f"{HUB}integration_job_cancel.py",
                "        return pushes.browse(row[0] for row in rows)\n",
                "        return pushes.browse()\n",
            ),
            # nor found by chance, when the status is read
            (
                f"{SALE}handler_sale_status_strays.py",
                "        if strays:\n",
                "        if False:\n",
            ),
        ),
        direct=(f"{TESTS}test_cancelled_job.py", f"{TESTS}test_strays.py"),
    ),
    "accepted in vain once the job is gone": Break(
        (
            (
                f"{SALE}integration_erp_order_again.py",
                "        if not flow or not (job or payload):\n",
                "        if not job:\n",
            ),
            (
                f"{SALE}integration_erp_order_again.py",
                '        if self._look_again("asked for"):\n',
                '        if self._look_again("asked for") or True:\n',
            ),
        ),
        direct=(f"{TESTS}test_after_housekeeping.py",),
    ),
    "change sent blindly": Break(
        (
            (
                "addons/integration_sale/sending_changes.py",
                '    return get_hold_back(request.get("unsettled_until"))\n',
                "    return None\n",
            ),
        )
    ),
    "customer created blindly": Break(
        (
            (
                "addons/integration_customer/find_or_create.py",
                '        elif error := get_hold_back(request.get("unsettled_until")):\n',
                "        elif error := None:\n",
            ),
        )
    ),
    "two lanes at one record": Break(
        (
            (
                f"{HUB}job_rows.py",
                "is_next=IS_NEXT_OF_RECORD if has_record else HAS_NO_RECORD",
                'is_next=SQL("TRUE")',
            ),
            (
                f"{HUB}job_rows.py",
                "is_alone=IS_ALONE if have_record else HAS_NO_RECORD",
                'is_alone=SQL("TRUE")',
            ),
        )
    ),
}

BREAKS = DEAL_BREAKS | ENGINE_BREAKS
