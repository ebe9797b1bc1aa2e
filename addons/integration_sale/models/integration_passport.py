from odoo import api, models
from odoo.tools import format_amount, format_date

from ..const import PROBLEM_STATES
from ..passport import CURRENT, DONE, OFF, OPEN, PROBLEM, make_step, settle

SHIPPED = ("shipped", "delivered")


class IntegrationPassport(models.AbstractModel):
    """Makes the passport of a deal: which step was made when, under which number, and who
    acts next."""

    _name = "integration.passport"
    _description = "Order Passport"

    @api.model
    @api.private
    def _make(self, lead, erp_orders, jobs):
        """
        :param lead: ``crm.lead``
        :param erp_orders: ``integration.erp.order`` made of it, which the user may see
        :param jobs: unfinished ``integration.job`` of it, as superuser
        :return: dict ``{lead_id, tracks: [{title, system, steps}]}``, one track per ERP
            order and per job that is to make one
        """
        keys = set(erp_orders.mapped("key"))
        tracks = [
            self._make_track(
                lead,
                order,
                jobs.filtered(lambda job, k=order.key: job.idempotency_key == k)[:1],
            )
            for order in erp_orders.sorted("id")
        ]
        tracks += [
            self._make_track(lead, erp_orders.browse(), job)
            for job in jobs.sorted("id")
            if job.idempotency_key not in keys
        ]
        if not tracks and (lead.won_status == "won" or lead.integration_issue):
            tracks = [self._make_track(lead, erp_orders.browse(), jobs.browse())]
        return {"lead_id": lead.id, "tracks": tracks}

    def _make_track(self, lead, order, job):
        is_gone = bool(order) and not order._is_live()
        steps = [
            self._make_won(lead),
            self._make_sent(lead, order, job),
            self._make_accepted(lead, order, job),
            *([] if is_gone else self._make_later(order)),
        ]
        return {
            "id": order.id or f"job{job.id}",
            "title": order.display_name if order else "",
            # sudo: the name of a connector alone, as on the ERP order
            "system": order.connector_name or job.connector_id.name or "",
            "steps": settle(steps),
        }

    # -- here -------------------------------------------------------------------------

    def _make_won(self, lead):
        is_won = lead.won_status == "won"
        return make_step(
            "won",
            self.env._("Won"),
            DONE if is_won else PROBLEM if lead.integration_issue else OPEN,
            lead.date_closed if is_won else None,
            "" if is_won else self._get_person(lead.user_id),
        )

    def _make_sent(self, lead, order, job):
        label = self.env._("Sent")
        if order:
            return make_step("sent", label, DONE, order.sent_at)
        if lead.integration_issue:
            return make_step(
                "sent", label, PROBLEM, actor=self._get_person(lead.user_id)
            )
        if job:
            return self._make_of_job("sent", label, lead, job)
        return make_step("sent", label)

    def _make_of_job(self, code, label, lead, job):
        """Where it is the queue's turn."""
        problem = (job | job.blocked_by_id).filtered(
            lambda each: each.state in PROBLEM_STATES
        )[:1]
        if problem:
            asked = lead.integration_asked
            actor = (
                self.env._("%s was asked to mend this", asked)
                if asked
                else self._get_person(lead.user_id)
            )
            return make_step(code, label, PROBLEM, actor=actor)
        if job.connector_id.state != "running":
            return make_step(
                code,
                label,
                PROBLEM,
                actor=self.env._(
                    "%(person)s starts %(system)s again",
                    person=job.connector_id._get_person_in_charge().name,
                    system=job.connector_id.name,
                ),
            )
        if flow := job._get_paused_flow():
            return make_step(
                code,
                label,
                PROBLEM,
                actor=self.env._(
                    "The flow “%(flow)s” is paused: %(person)s resumes it",
                    flow=flow.name,
                    person=job.connector_id._get_person_in_charge().name,
                ),
            )
        return make_step(
            code,
            label,
            CURRENT,
            actor=self.env._("Tried again by itself")
            if job.state == "retrying"
            else self.env._("Goes by itself"),
        )

    # -- over there -------------------------------------------------------------------

    def _make_accepted(self, lead, order, job):
        label = self.env._("Accepted")
        documents = order and [
            {"text": order.display_name, "url": order.remote_url or "", "note": ""}
        ]
        if order.state in ("cancelled", "deleted"):
            labels = dict(order._fields["state"]._description_selection(self.env))
            return make_step(
                "accepted",
                labels[order.state],
                PROBLEM,
                actor=self._get_person(lead.user_id),
                documents=documents,
            )
        if order.state in ("confirmed", "done"):
            step = make_step(
                "accepted", label, DONE, order.accepted_at, documents=documents
            )
            if order.difference_state == "open":
                step["documents"].append(
                    {"text": "", "url": "", "note": self.env._("Total differs")}
                )
            return step
        if order.difference_state == "open":
            return make_step(
                "accepted",
                label,
                PROBLEM,
                actor=self.env._(
                    "%s looks at the difference of totals",
                    lead.user_id.name or self.env._("Sales"),
                ),
                documents=documents,
            )
        if order and job:
            step = self._make_of_job("accepted", label, lead, job)
            return {**step, "documents": documents}
        actor = order and self.env._("%s confirms it", order.connector_name)
        return make_step(
            "accepted", label, actor=actor or "", documents=documents or []
        )

    def _make_later(self, order):
        yield from self._make_backorder(order)
        yield self._make_shipped(order)
        yield from self._make_returned(order)
        yield self._make_invoiced(order)
        yield from self._make_credited(order)
        yield self._make_paid(order)

    def _make_backorder(self, order):
        backorders = order.shipment_ids.filtered(
            lambda item: item.is_backorder and item.state != "cancelled"
        )
        if not backorders:
            return
        waiting = backorders.filtered(lambda item: item.state not in SHIPPED)
        dates = [day for day in waiting.mapped("scheduled_date") if day]
        yield make_step(
            "backorder",
            self.env._("Backorder"),
            OPEN if waiting else DONE,
            min(dates)
            if dates
            else max(filter(None, backorders.mapped("done_date")), default=None),
            self.env._("%s ships the rest", order.connector_name) if waiting else "",
            [self._make_shipment(item) for item in waiting or backorders],
        )

    def _make_shipped(self, order):
        label = self.env._("Shipped")
        if not order:
            return make_step("shipped", label)
        shipments = order.shipment_ids.filtered(
            lambda item: not item.is_return and item.state in SHIPPED
        )
        dates = [day for day in shipments.mapped("done_date") if day]
        documents = [self._make_shipment(item) for item in shipments.sorted("id")]
        if order.delivery_state == "none":
            return make_step("shipped", self.env._("Nothing to Ship"), OFF)
        if order.delivery_state in SHIPPED:
            return make_step(
                "shipped",
                self.env._("Delivered")
                if order.delivery_state == "delivered"
                else label,
                DONE,
                max(dates, default=None),
                documents=documents,
            )
        planned = [
            day
            for item in order.shipment_ids
            if item.state in ("waiting", "ready") and (day := item.scheduled_date)
        ]
        actor = self.env._("%s ships", order.connector_name)
        if planned:
            actor = self.env._(
                "%(system)s ships, planned for %(date)s",
                system=order.connector_name,
                date=format_date(self.env, min(planned)),
            )
        return make_step(
            "shipped",
            self.env._("Partly Shipped")
            if order.delivery_state == "partial"
            else label,
            moment=max(dates, default=None),
            actor=actor,
            documents=documents,
        )

    def _make_shipment(self, item):
        text = item.tracking_number or item.display_name
        return {
            "text": text,
            "url": item.tracking_url or item.remote_url or "",
            "note": " · ".join(filter(None, (item.contents, item.carrier))),
        }

    def _make_returned(self, order):
        returns = order.shipment_ids.filtered(
            lambda item: item.is_return and item.state != "cancelled"
        )
        if not returns:
            return
        back = order._get_returned()
        dates = [day for day in back.mapped("done_date") if day]
        label = {
            "none": self.env._("Return Announced"),
            "partial": self.env._("Partly Returned"),
            "returned": self.env._("Returned"),
        }[order.return_state]
        yield make_step(
            "returned",
            label,
            DONE if back else OFF,
            max(dates, default=None),
            documents=[self._make_shipment(item) for item in returns.sorted("id")],
        )

    def _make_invoiced(self, order):
        label = self.env._("Invoiced")
        invoices = self._get_posted(order, "invoice")
        if not invoices:
            actor = order and self.env._("%s invoices", order.connector_name)
            return make_step("invoiced", label, actor=actor or "")
        is_part = order.invoice_state == "partial"
        return make_step(
            "invoiced",
            self.env._("Partly Invoiced") if is_part else label,
            OPEN if is_part else DONE,
            max(filter(None, invoices.mapped("invoice_date")), default=None),
            self.env._("%s invoices the rest", order.connector_name) if is_part else "",
            [self._make_invoice(item) for item in invoices],
        )

    def _make_credited(self, order):
        notes = self._get_posted(order, "credit_note")
        if not notes and order.invoice_state != "credited":
            return
        yield make_step(
            "credited",
            self.env._("Credited")
            if order.invoice_state == "credited"
            else self.env._("Partly Credited"),
            DONE,
            max(filter(None, notes.mapped("invoice_date")), default=None),
            documents=[self._make_invoice(item) for item in notes],
        )

    def _make_paid(self, order):
        label = self.env._("Paid")
        if order.invoice_state == "credited":
            return make_step("paid", self.env._("Nothing to Pay"), OFF)
        if order.invoice_state == "paid":
            return make_step("paid", label, DONE, order.paid_at)
        due = self._get_posted(order, "invoice").filtered("amount_residual")
        if not due:
            return make_step("paid", label)
        dates = [day for day in due.mapped("due_date") if day]
        is_overdue = any(due.mapped("is_overdue"))
        currency = due[0].currency_id or order.company_id.currency_id
        values = {
            "customer": order.partner_id.display_name or self.env._("The customer"),
            "amount": format_amount(
                self.env, sum(due.mapped("amount_residual")), currency
            ),
            "date": format_date(self.env, min(dates)) if dates else "",
        }
        if is_overdue:
            actor = self.env._("%(customer)s owes %(amount)s since %(date)s", **values)
        elif dates:
            actor = self.env._("%(customer)s pays %(amount)s by %(date)s", **values)
        else:
            actor = self.env._("%(customer)s pays %(amount)s", **values)
        return make_step(
            "paid",
            self.env._("Partly Paid")
            if order.invoice_state == "partly_paid"
            else label,
            PROBLEM if is_overdue else OPEN,
            actor=actor,
        )

    def _get_posted(self, order, kind):
        return order.invoice_ids.filtered(
            lambda item: item.kind == kind and item.state == "posted"
        ).sorted("id")

    def _make_invoice(self, item):
        return {
            "text": item.display_name,
            "url": item.remote_url or "",
            "note": format_amount(self.env, item.amount_total, item.currency_id)
            if item.currency_id
            else "",
        }

    def _get_person(self, user):
        return user.name or self.env._("Somebody in Sales")
