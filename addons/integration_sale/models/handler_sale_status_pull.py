import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models

from ..decimals import to_decimal
from ..invoicing import get_invoice_state
from .integration_erp_order import GONE_STATES

# an order that has not been heard of for so long is asked for by its id: one that was
# deleted over there changes no more
ASK_AGAIN_AFTER = timedelta(hours=1)


class HandlerSaleStatusPull(models.AbstractModel):
    """What became of the orders: shipments and invoices come back (ERP-3, ERP-4)."""

    _name = "integration.handler.sale_status_pull"
    _description = "Shipping and Invoice Status from the ERP"
    _inherit = ["integration.handler.read.load"]

    # -- the three steps --------------------------------------------------------------

    def _prepare(self, flow, jobs):
        request = {
            "cursor": flow.cursor or None,
            "limit": flow._get_batch_size(),
            "key_prefix": flow.connector_id._get_remote_key_prefix(),
            "ask_again": self._get_orders_to_ask(flow).mapped("remote_id"),
        }
        return dict.fromkeys(jobs, request)

    def _get_orders_to_ask(self, flow):
        """Open orders nobody has looked at for a while, the longest first."""
        return self.env["integration.erp.order"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("state", "in", ("draft", "confirmed")),
                ("checked_at", "<", fields.Datetime.now() - ASK_AGAIN_AFTER),
            ],
            order="checked_at, id",
            limit=flow._get_batch_size(),
        )

    @staticmethod
    def _call(client, requests):
        answers = []
        for request in requests:
            changes = client.order_changes(
                request["cursor"], request["limit"], request["key_prefix"]
            )
            ids = list(dict.fromkeys([*changes["remote_ids"], *request["ask_again"]]))
            answers.append(
                {
                    "cursor": changes["cursor"],
                    "more": changes["more"],
                    "statuses": client.order_status(ids) if ids else [],
                }
            )
        return answers

    def _apply(self, flow, results):
        for job, answer in results:
            handler = self.with_context(integration_job_id=job.id)
            # an answer that an earlier lane has left was read at any time before
            read_at = job.sent_at or job.create_date
            handler._write_statuses(flow, answer["statuses"], read_at)
            flow.write(
                {
                    "cursor": answer["cursor"],
                    "last_run": self.env.cr.now(),
                    "last_message": self.env._(
                        "%s orders looked at", len(answer["statuses"])
                    ),
                }
            )
        if any(answer["more"] for _job, answer in results):
            flow._enqueue_pull(trigger="more")
        else:
            self._refresh_overdue(flow)

    # -- what came back ---------------------------------------------------------------

    def _find_fresh(self, flow, statuses, read_at=None):
        """
        :param datetime read_at: not later than when the statuses were read
        :return: ``(orders, fresh)``: those that are looked at now, and of them, ``{order:
            status}`` of what is news
        """
        orders = self.env["integration.erp.order"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("remote_id", "in", [status["remote_id"] for status in statuses]),
            ]
        )
        # what a call of ours may have done by now is no news: its job tells of it, or has
        # told of it since; and they are looked at once more after that
        open_ones = orders._get_being_changed() | orders.filtered(
            lambda order: read_at and order.write_date > read_at
        )
        open_ones.write({"checked_at": self.env.cr.now() - 2 * ASK_AGAIN_AFTER})
        orders -= open_ones
        by_remote_id = {order.remote_id: order for order in orders}
        fresh = {}
        for status in statuses:
            # orders of ours nobody here knows come from a copy of this database
            order = by_remote_id.get(status["remote_id"])
            if order and order.received_hash != _get_fingerprint(status):
                fresh[order] = status
        return orders, fresh

    def _write_statuses(self, flow, statuses, read_at=None):
        """Keep what is new, once; tell people what they care for.

        :param datetime read_at: see :meth:`_find_fresh`
        """
        orders, fresh = self._find_fresh(flow, statuses, read_at)
        orders.write({"checked_at": self.env.cr.now()})
        self._set_strangers_aside(fresh)
        if not fresh:
            return
        before = {order: order._get_standing() for order in fresh}
        self._write_records(flow, fresh)
        self._note_changes(flow, fresh)
        leads = self.env["crm.lead"].union(*(order.lead_id for order in fresh))
        self._settle_issues(leads)
        self._ask_about_revived(
            orders.filtered(
                lambda order: (
                    order in before
                    and before[order].state in GONE_STATES
                    and order._is_live()
                )
            )
        )
        leads._update_integration_status()
        for order, standing in before.items():
            self._tell(order, standing)

    def _write_records(self, flow, fresh):
        """Orders with their invoices and shipments, as they are there; nobody is told.

        :param dict fresh: ``{order: status}``
        """
        currencies = self.env["integration.erp.order"]._get_currencies(
            {status["currency"] for status in fresh.values()}
            | {
                item["currency"]
                for status in fresh.values()
                for item in status["invoices"]
            }
        )
        invoices = self._write_documents(
            flow, "integration.erp.invoice", "invoices", fresh, currencies
        )
        shipments = self._write_documents(
            flow, "integration.erp.shipment", "shipments", fresh, currencies
        )
        for order, status in fresh.items():
            self._write_order(order, status, invoices, shipments, currencies)

    def _note_changes(self, flow, fresh):
        """Keep what came in, for the timeline of the deal."""
        self.env["integration.change"]._note(
            flow.connector_id,
            [
                {
                    "record": order.lead_id or order.sale_order_ids[:1],
                    "key": f"order:{order.remote_id}",
                    "name": order.display_name,
                    "after": status,
                }
                for order, status in fresh.items()
                if order.lead_id or order.sale_order_ids
            ],
        )

    def _write_documents(self, flow, model_name, name, fresh, currencies):
        """Upsert invoices or shipments of all orders at once.

        :return: dict ``{remote id: record}``
        """
        prepare = getattr(self, f"_prepare_{name}")
        wanted = {
            item["remote_id"]: prepare(item, currencies)
            for status in fresh.values()
            for item in status[name]
        }
        known = {
            record.remote_id: record
            for record in self.env[model_name].search(
                [
                    ("connector_id", "=", flow.connector_id.id),
                    ("remote_id", "in", list(wanted)),
                ]
            )
        }
        to_create = []
        for remote_id, values in wanted.items():
            if remote_id not in known:
                to_create.append({"connector_id": flow.connector_id.id, **values})
            elif known[remote_id].received_hash != values["received_hash"]:
                known[remote_id].write(values)
        created = self.env[model_name].create(to_create)
        return known | {record.remote_id: record for record in created}

    def _prepare_invoices(self, item, currencies):
        currency = currencies.get(item["currency"])
        return {
            **self._prepare_document(item),
            "kind": item["kind"],
            "state": item["state"],
            "payment_state": item["payment_state"],
            "invoice_date": item["invoice_date"] or False,
            "due_date": item["due_date"] or False,
            "currency_id": currency.id if currency else False,
            "amount_total": float(item["total"]),
            "amount_residual": float(item["residual"]),
        }

    def _prepare_shipments(self, item, _currencies):
        return {
            **self._prepare_document(item),
            "state": item["state"],
            "is_backorder": item["is_backorder"],
            "is_return": item["is_return"],
            "scheduled_date": item["scheduled_date"] or False,
            "done_date": item["done_date"] or False,
            "carrier": item["carrier"],
            "tracking_number": item["tracking_number"],
            "tracking_url": item["tracking_url"],
            "item_data": item.get("items") or False,
        }

    def _prepare_document(self, item):
        return {
            "remote_id": item["remote_id"],
            "remote_number": item["number"],
            "remote_url": item["url"],
            "received_hash": _get_fingerprint(item),
        }

    def _write_order(self, order, status, invoices, shipments, currencies):
        if status["state"] == "deleted":
            order.write({"state": "deleted", "received_hash": _get_fingerprint(status)})
            return
        currency = currencies.get(status["currency"])
        amounts = {
            "currency_id": currency.id if currency else False,
            "amount_untaxed": float(status["total_untaxed"]),
            "amount_tax": float(status["total_tax"]),
            "amount_total": float(status["total"]),
        }
        own_invoices = order.invoice_ids.union(
            *(invoices[item["remote_id"]] for item in status["invoices"])
        ).filtered(
            # one that is gone over there goes here as well
            lambda invoice, s=status: (
                invoice.remote_id in {item["remote_id"] for item in s["invoices"]}
            )
        )
        order.write(
            {
                **amounts,
                **order._prepare_difference(
                    order.flow_id,
                    {
                        **amounts,
                        "expected_currency_id": order.expected_currency_id.id,
                        "expected_untaxed": order.expected_untaxed,
                        "expected_total": order.expected_total,
                    },
                    self._get_difference_state(order, amounts),
                ),
                "remote_number": status["number"],
                "remote_url": status["url"],
                "state": status["state"],
                "delivery_state": status["delivery_state"],
                "invoice_state": self._get_invoice_state(order, status),
                "return_state": self._get_return_state(status),
                "invoice_ids": [(6, 0, own_invoices.ids)],
                "shipment_ids": [
                    (
                        6,
                        0,
                        [
                            shipments[item["remote_id"]].id
                            for item in status["shipments"]
                        ],
                    )
                ],
                "received_hash": _get_fingerprint(status),
            }
        )

    def _get_difference_state(self, order, amounts):
        """A difference that was accepted is another one once the total changes again, or is
        in another currency; one that is not known here has no rounding."""
        if order.difference_state != "accepted":
            return order.difference_state
        currency, total = order.currency_id, amounts["amount_total"]
        is_same = currency.id == amounts["currency_id"] and not (
            currency.compare_amounts(order.amount_total, total)
            if currency
            else order.amount_total != total
        )
        return "accepted" if is_same else "none"

    @api.model
    def _get_return_state(self, status):
        """Whether what was shipped has come back, in one word."""
        gone = [
            item
            for item in status["shipments"]
            if item["state"] in ("shipped", "delivered")
        ]
        returned = [item for item in gone if item["is_return"]]
        if not returned:
            return "none"
        sent, back = (
            sum(
                to_decimal(line["quantity"])
                for item in gone
                if item["is_return"] == is_return
                for line in item.get("items") or ()
            )
            for is_return in (False, True)
        )
        return "partial" if back < sent else "returned"

    @api.model
    def _get_invoice_state(self, order, status):
        """Invoicing of an order in one word, from its invoices."""
        return get_invoice_state(
            status["invoices"], status["total"], order.flow_id.amount_tolerance
        )

    def _refresh_overdue(self, flow):
        """An invoice becomes overdue by time alone: nothing changes over there."""
        overdue = self.env["integration.erp.invoice"].search(
            [("connector_id", "=", flow.connector_id.id), ("is_overdue", "=", True)]
        )
        leads = overdue.order_ids.lead_id.filtered(
            lambda lead: (
                lead.integration_status != "attention" and not lead.integration_message
            )
        )
        leads._update_integration_status()


def _get_fingerprint(data):
    text = json.dumps(data, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
