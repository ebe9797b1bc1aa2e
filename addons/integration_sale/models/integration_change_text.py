from markupsafe import Markup

from odoo import api, models
from odoo.tools import format_amount, format_date

from ..formats import format_number
from ..order_merge import NUMBERS, THERE


class IntegrationChangeText(models.AbstractModel):
    """Plain words on what was changed in an ERP, what was not, and what to do now."""

    _name = "integration.change.text"
    _description = "Texts on Changes of Won Deals"

    # -- why not ----------------------------------------------------------------------

    @api.model
    def _get_reason(self, reason, documents=()):
        """:return: half a sentence"""
        numbers = ", ".join(documents)
        texts = {
            "conflict": self.env._("it was changed there as well"),
            "removed": self.env._("the line was taken out there"),
            "shipped": self.env._("goods have left the warehouse (%s)", numbers)
            if numbers
            else self.env._("goods have left the warehouse"),
            "invoiced": self.env._("it is invoiced (%s)", numbers)
            if numbers
            else self.env._("it is invoiced"),
            "shared": self.env._(
                "it is shipped or invoiced together with other orders (%s)", numbers
            ),
            "locked": self.env._("the order is locked there"),
            "processed": self.env._("the order is being processed there"),
            "fixed": self.env._("this can't be changed on an order there"),
            "done": self.env._("the order is done"),
            "cancelled": self.env._("the order is cancelled there"),
            "deleted": self.env._("the order is no longer there"),
            "not_ours": self.env._("it bears “%s” there in place of our key", numbers)
            if numbers
            else self.env._("it does not bear our key there"),
        }
        return texts.get(reason, reason)

    @api.model
    def _get_advice(self, reasons, system):
        """:return: what a person does about it"""
        if "shipped" in reasons:
            return self.env._(
                "Agree with the customer and the warehouse on a return or a further order,"
                " and have it made in %s.",
                system,
            )
        if "invoiced" in reasons:
            return self.env._(
                "Ask invoicing for a credit note in %s, or agree on a further order.",
                system,
            )
        if "conflict" in reasons or "removed" in reasons:
            return self.env._(
                "Settle with whoever changed it in %s which of the two it is to be, and"
                " change the other side.",
                system,
            )
        if {"cancelled", "deleted"} & reasons:
            return self.env._(
                "If it is still wanted, have a new order made in %s.", system
            )
        if "not_ours" in reasons:
            return self.env._(
                "Look at it in %s: if it is the order of this deal, do it there; if it is"
                " another one, tell whoever sees to the connector.",
                system,
            )
        if "shared" in reasons:
            return self.env._(
                "Have its lines taken out there, and the order cancelled in %s.", system
            )
        return self.env._("Have it changed in %s by somebody who may.", system)

    # -- cancelled --------------------------------------------------------------------

    def _get_cancel_message(self, order, answer):
        if answer["reason"] == "not_ours":
            return self.env._(
                "%(order)s was not cancelled: %(reason)s, so it may be another order."
                " %(advice)s",
                order=self._get_title(order),
                reason=self._get_reason("not_ours", answer["documents"]),
                advice=self._get_advice({"not_ours"}, order.connector_name),
            )
        return self.env._(
            "%(order)s can't be cancelled any more: %(reason)s. %(advice)s",
            order=self._get_title(order),
            reason=self._get_reason(answer["reason"], answer["documents"]),
            advice=self._get_advice({answer["reason"]}, order.connector_name),
        )

    def _get_closed_message(self, order, answer):
        return self.env._(
            "Won again, but %(order)s can't be brought back: %(reason)s. %(advice)s",
            order=self._get_title(order),
            reason=self._get_reason(answer["reason"], answer.get("documents") or ()),
            advice=self._get_advice(
                {answer["reason"]} & {"not_ours"} or {"cancelled"}, order.connector_name
            ),
        )

    def _get_clash_message(self, order, found):
        """:param str found: the key that stands there"""
        return self.env._(
            "What %(system)s has under the number of %(order)s is the order of another"
            " deal: it bears %(found)s, ours is %(key)s. Nothing was changed there, and its"
            " state is not taken over. Tell whoever sees to the connector: it may have been"
            " connected to another system.",
            system=order.connector_name,
            order=order.display_name,
            found=found,
            key=order.key,
        )

    def _get_cancelled_news(self, order):
        return Markup("%s: %s") % (
            order._get_link(),
            self.env._(
                "cancelled in %s, as the deal is off here.", order.connector_name
            ),
        )

    # -- changed ----------------------------------------------------------------------

    def _get_left_message(self, order, answer):
        """One or two sentences for the banner; the table is in the activity."""
        left = answer["left"]
        reasons = {point["reason"] for point in left}
        if len(reasons) == 1:
            [reason] = reasons
            why = self._get_reason(reason, answer["documents"].get(reason, ()))
        else:
            why = self.env._("the ERP no longer allows it or it was changed there")
        what = "; ".join(self._get_both(order, point) for point in left[:3])
        if len(left) > 3:
            what = self.env._(
                "%(what)s and %(count)s more", what=what, count=len(left) - 3
            )
        return self.env._(
            "Not all of the change got into %(order)s, because %(why)s: %(what)s."
            " %(advice)s",
            order=self._get_title(order),
            what=what,
            why=why,
            advice=self._get_advice(reasons, order.connector_name),
        )

    def _get_both(self, order, point):
        """:return: such as “Pump, Quantity 1 here, 4 in ERP North”"""
        what = self._get_what(point)
        if point["field"] in TEXTLESS:
            return what
        if point["field"] == "line":
            return (
                self.env._("%s is missing there", what)
                if point["after"]
                else self.env._("%s is still there", what)
            )
        return self.env._(
            "%(what)s %(here)s here, %(there)s in %(system)s",
            what=what,
            here=self._show(point, "after"),
            there=self._show(point, "there"),
            system=order.connector_name,
        )

    def _get_changed_news(self, order, answer, before):
        """For the chatter: what was changed, and what it comes to now."""
        _state, total, currency = before
        items = Markup("").join(
            Markup("<li>%s</li>") % self._get_change(point)
            for point in answer["changed"]
        )
        text = Markup("%s: %s") % (
            order._get_link(),
            self.env._("changed in %s as here.", order.connector_name)
            if items
            else self.env._("brought back in %s.", order.connector_name),
        )
        if items:
            text += Markup("<ul>%s</ul>") % items
        if currency == order.currency_id and total != order.amount_total and currency:
            text += self.env._(
                "Total %(before)s → %(after)s.",
                before=format_amount(self.env, total, currency),
                after=format_amount(self.env, order.amount_total, currency),
            )
        return text

    def _get_change(self, point):
        """:return: such as “Pump, Quantity: 2 → 5”"""
        what = self._get_what(point)
        if point["field"] == "line":
            if point["after"] == THERE and not point["before"]:
                return self.env._("%s: added", what)
            if point["after"] and not point["before"]:
                return self.env._(
                    "%(what)s: added, %(quantity)s",
                    what=what,
                    quantity=self._show(point, "after"),
                )
            return self.env._("%s: taken out", what)
        if point["field"] in TEXTLESS:
            return what
        before, after = (self._show(point, name) for name in ("before", "after"))
        return f"{what}: {before} → {after}"

    @api.model
    def _show(self, point, name):
        """:return: the value as people write it here; "" where its name says it all"""
        field, text = point["field"], point[name]
        if not text or field in TEXTLESS:
            return ""
        if field == "requested_date":
            return format_date(self.env, text)
        if field in NUMBERS or field == "line" and text != THERE:
            return format_number(self.env, text)
        return text

    @api.model
    def _get_what(self, point):
        label = self._get_labels().get(point["field"], point["field"])
        if not point["line"]:
            return label
        if point["field"] == "line":
            return point["description"] or label
        return f"{point['description']}, {label}" if point["description"] else label

    @api.model
    def _get_labels(self):
        return {
            "line": self.env._("Line"),
            "product_id": self.env._("Product"),
            "description": self.env._("Description"),
            "quantity": self.env._("Quantity"),
            "unit_id": self.env._("Unit"),
            "unit_price": self.env._("Unit Price"),
            "discount": self.env._("Disc.%"),
            "tax_ids": self.env._("Taxes"),
            "customer_reference": self.env._("Customer Reference"),
            "party_id": self.env._("Customer"),
            "invoice_address_id": self.env._("Invoice Address"),
            "delivery_address_id": self.env._("Delivery Address"),
            "contact_id": self.env._("Contact"),
            "currency_id": self.env._("Currency"),
            "requested_date": self.env._("Delivery Date"),
            "price_list_id": self.env._("Price List"),
            "payment_term_id": self.env._("Payment Terms"),
            "salesperson_id": self.env._("Salesperson"),
            "warehouse_id": self.env._("Warehouse"),
            "carrier_id": self.env._("Carrier"),
            "note": self.env._("Note"),
        }

    # -- for the activity -------------------------------------------------------------

    def _make_left(self, order, left):
        """A table of what was left: here, there, and why."""
        rows = Markup("").join(
            Markup(
                '<tr><td>%s</td><td class="text-end">%s</td>'
                '<td class="text-end">%s</td><td>%s</td></tr>'
            )
            % (
                self._get_what(point),
                self._show(point, "after"),
                self._show(point, "there"),
                self._get_reason(point["reason"]),
            )
            for point in left
        )
        return Markup(
            '<table class="table table-sm o_integration_left"><thead><tr><th>%s</th>'
            '<th class="text-end">%s</th><th class="text-end">%s</th><th>%s</th></tr>'
            "</thead><tbody>%s</tbody></table>"
        ) % (
            self.env._("What"),
            self.env._("Here"),
            order.connector_name,
            self.env._("Why"),
            rows,
        )

    def _make_note(self, orders):
        """:return: Markup for an activity: sentences, table, link"""
        parts = Markup("")
        for order in orders:
            parts += Markup("<p>%s</p>%s") % (order.left_message, order.left_html or "")
            parts += order._get_link_line()
        return parts

    def _ask_responsible(self, order):
        """Of a deal that is gone: the connector's responsible."""
        connector = order.connector_id
        connector.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("%s without a deal", order.display_name),
            note=self._make_note(order),
            user_id=connector._get_person_in_charge().id,
        )

    def _get_title(self, order):
        """The order's number with what it comes to there."""
        if not order.currency_id:
            return order.display_name
        return self.env._(
            "%(order)s over %(amount)s",
            order=order.display_name,
            amount=format_amount(self.env, order.amount_total, order.currency_id),
        )


# ids of the system and long texts: their names alone are told
TEXTLESS = (
    "product_id",
    "description",
    "unit_id",
    "tax_ids",
    "party_id",
    "invoice_address_id",
    "delivery_address_id",
    "contact_id",
    "currency_id",
    "price_list_id",
    "payment_term_id",
    "salesperson_id",
    "warehouse_id",
    "carrier_id",
    "note",
)
