from markupsafe import Markup

from odoo import models
from odoo.tools import format_amount, format_date

from .crm_lead_content import Issue

DELIVERY_NEWS = ("partial", "shipped", "delivered")
INVOICE_NEWS = ("partial", "invoiced", "partly_paid", "paid", "credited")
NEWS_TYPE = "integration_sale.mail_activity_type_news"


class HandlerSaleStatusPull(models.AbstractModel):
    """Who is told of what has happened to an order over there, and who is asked to act."""

    _inherit = "integration.handler.sale_status_pull"

    def _settle_issues(self, leads):
        """What people were asked for has been done over there."""
        gone = leads.erp_order_ids.filtered(
            lambda order: order.left_operation == "cancel" and not order._is_live()
        )
        if gone:
            gone.write(gone._prepare_left())
        for lead in leads.filtered(lambda lead: lead.integration_issue == "reopened"):
            if not any(order._is_live() for order in lead.erp_order_ids):
                lead._set_issues({}, keep=())

    def _ask_about_revived(self, orders):
        """Brought back over there, while the deal is not won: whether that is meant is not
        ours to tell, so nothing is cancelled without a word."""
        for lead in orders.lead_id.filtered(lambda lead: lead.won_status != "won"):
            asked = (orders & lead.erp_order_ids).filtered(
                lambda order, lead=lead: lead._get_unwanted_policy(order) != "leave"
            )
            if asked:
                message = lead._get_unwanted_message(asked)
                lead._set_issues({lead: Issue("reopened", message)})

    def _tell(self, order, before):
        """One line to salesperson and followers, on the changes they care for; an activity
        where somebody has to act.

        :param before: as given by ``_get_standing`` of the order
        """
        lead = order.lead_id
        sentences = list(self._get_news(order, before))
        if sentences:
            body = Markup("%s: %s") % (order._get_link(), Markup(" ").join(sentences))
            if lead:
                lead.message_post(
                    body=body,
                    subtype_xmlid="integration_sale.mt_lead_erp_status",
                    partner_ids=lead.user_id.partner_id.ids,
                )
            order.sale_order_ids._message_log_batch(
                dict.fromkeys(order.sale_order_ids.ids, body)
            )
        if not lead:
            return
        if order.difference_state == "open" and before.difference_state != "open":
            lead._ask(self._make_difference_note(order))
        if order.state != before.state and not order._is_live():
            self._ask_about_gone(order)

    def _get_news(self, order, before):
        """Yield sentences."""
        if order.state != before.state and not order._is_live():
            yield order._get_gone_message()
        elif not before.is_same_amount(order):
            yield self._get_amount_news(order, before)
        if (
            order.delivery_state != before.delivery_state
            and order.delivery_state in DELIVERY_NEWS
        ):
            yield self._get_delivery_news(order)
        if back := order._get_returned() - before.returned:
            yield self._get_return_news(order, back)
        is_invoice_news = (
            order.invoice_state != before.invoice_state
            and order.invoice_state in INVOICE_NEWS
        )
        if is_invoice_news:
            yield self._get_invoice_news(order)
        credited = order._get_credit_notes() - before.credit_notes
        if credited and not (is_invoice_news and order.invoice_state == "credited"):
            yield self._get_credit_news(order, credited)

    def _get_amount_news(self, order, before):
        return Markup("%s") % self.env._(
            "changed there, total %(before)s → %(after)s.",
            before=format_amount(self.env, before.amount_total, before.currency),
            after=format_amount(self.env, order.amount_total, order.currency_id),
        )

    def _get_delivery_news(self, order):
        label = dict(order._fields["delivery_state"]._description_selection(self.env))[
            order.delivery_state
        ]
        shipped = order._get_shipped()
        details = []
        if order.delivery_state == "partial" and (contents := shipped._get_contents()):
            details.append(contents)
        details += [
            Markup('<a href="%s" target="_blank">%s</a>')
            % (item.tracking_url, item.tracking_number)
            if item.tracking_url
            else item.tracking_number
            for item in shipped.filtered("tracking_number")
        ]
        if not details:
            return Markup("%s.") % label
        return Markup("%s (%s).") % (label, Markup(", ").join(details))

    def _get_return_news(self, order, shipments):
        contents = shipments._get_contents()
        return Markup("%s.") % (
            self.env._(
                "Goods came back: %(contents)s (%(numbers)s)",
                contents=contents,
                numbers=shipments._get_numbers(),
            )
            if contents
            else self.env._("Goods came back (%s)", shipments._get_numbers())
        )

    def _get_invoice_news(self, order):
        label = dict(order._fields["invoice_state"]._description_selection(self.env))[
            order.invoice_state
        ]
        posted = order.invoice_ids.filtered(lambda item: item.state == "posted")
        due = posted.filtered(lambda item: item.amount_residual and item.due_date)
        if order.invoice_state in ("paid", "credited") or not due:
            return Markup("%s (%s).") % (label, posted._get_numbers())
        return Markup("%s.") % self.env._(
            "%(label)s (%(numbers)s), %(amount)s due on %(date)s",
            label=label,
            numbers=posted._get_numbers(),
            amount=format_amount(
                self.env, sum(due.mapped("amount_residual")), due[0].currency_id
            ),
            date=format_date(self.env, min(due.mapped("due_date"))),
        )

    def _get_credit_news(self, order, notes):
        currency = notes[0].currency_id or order.currency_id
        return Markup("%s.") % self.env._(
            "Credit note %(numbers)s over %(amount)s",
            numbers=notes._get_numbers(),
            amount=format_amount(self.env, sum(notes.mapped("amount_total")), currency),
        )

    # -- people asked -----------------------------------------------------------------

    def _make_difference_note(self, order):
        note = Markup("<p>%s %s</p>") % (
            order._get_difference_message(),
            self.env._(
                "Was it meant so? Then accept the difference on the ERP order, and change"
                " the quotation if the customer is to get a new one. If not, have it"
                " changed back."
            ),
        )
        return note + order._get_link_line()

    def _ask_about_gone(self, order):
        """An order that was cancelled there while the deal stands won here. Nothing settles
        this but a person: an activity of its own, which is theirs to close."""
        lead = order.lead_id
        if lead.won_status != "won" or order.is_called_off:
            return
        if any(
            order.display_name in (activity.note or "")
            for activity in lead.activity_ids
            if activity.activity_type_id == self.env.ref(NEWS_TYPE)
        ):
            # asked already
            return
        person = lead._get_asked_person()
        note = Markup("<p>%s %s</p>") % (
            order._get_gone_message(),
            self.env._(
                "The deal of %(amount)s is still won here. If it is off, mark it lost. If"
                " not, find out why, and have a new order made there.",
                amount=format_amount(
                    self.env, order._get_expected(), order.expected_currency_id
                ),
            ),
        )
        lead.activity_schedule(
            NEWS_TYPE, note=note + order._get_link_line(), user_id=person.id
        )
