from odoo import models
from odoo.tools import format_amount, format_date

from odoo.addons.integration_hub.models.integration_handler_read_load import Standing

from ..order_keys import is_clash

ORDER_FIELDS = (
    "remote_number",
    "state",
    "delivery_state",
    "invoice_state",
    "return_state",
    "amount_total",
)
INVOICE_FIELDS = ("status", "due_date", "amount_total", "amount_residual")


class HandlerSaleStatusPull(models.AbstractModel):
    """First load of shipping and invoice status: of all orders known here, also those that
    are done. An order is a line, and so is each of its invoices: these have the money, as an
    order and its invoice are the same money twice. Credit notes take theirs off.
    """

    _inherit = "integration.handler.sale_status_pull"

    def _load_get_source(self, flow):
        return "integration.erp.order", [("connector_id", "=", flow.connector_id.id)]

    def _load_prepare(self, flow, records):
        return {"ids": records.ids, "remote_ids": records.mapped("remote_id")}

    @staticmethod
    def _load_call(client, request):
        remote_ids = request["remote_ids"]
        statuses = client.order_status(remote_ids) if remote_ids else []
        return {**request, "statuses": statuses}

    def _load_write(self, flow, answer):
        self._write_statuses(flow, answer["statuses"])

    def _load_try(self, flow, answer):
        """The records alone: nobody is told."""
        _orders, fresh = self._find_fresh(flow, answer["statuses"])
        strangers = self._find_strangers(fresh)
        self._write_records(
            flow, {o: status for o, status in fresh.items() if o not in strangers}
        )

    def _load_compare(self, flow, answer):
        lines = super()._load_compare(flow, answer)
        orders = self._load_find(flow, [("id", "in", answer["ids"])])
        keys = {item["remote_id"]: item.get("key") for item in answer["statuses"]}
        strangers = {
            order.id: keys[order.remote_id]
            for order in orders
            if is_clash(keys.get(order.remote_id), order.key)
        }
        texts = self.env["integration.change.text"]
        for line in lines:
            if line["res_id"] in strangers:
                order = orders.browse(line["res_id"])
                line["outcome"] = "attention"
                line["detail"] = texts._get_clash_message(order, strangers[order.id])
        return lines

    def _load_read(self, flow, answer):
        orders = self._load_find(flow, [("id", "in", answer["ids"])])
        labels = self._get_labels(
            "integration.erp.order", (*ORDER_FIELDS, "shipment_ids")
        )
        invoice_labels = self._get_labels("integration.erp.invoice", INVOICE_FIELDS)
        standings = {}
        for order in orders:
            standings[order.id] = Standing(
                self._prepare_line(order, order.display_name),
                {
                    **self._say(order, ORDER_FIELDS, labels),
                    labels["shipment_ids"]: ", ".join(
                        f"{shipment.display_name} {self._say_value(shipment, 'state')}"
                        for shipment in order.shipment_ids
                    ),
                },
                order.received_hash,
            )
            for invoice in order.invoice_ids:
                # of several orders it is one, and counted once
                standings.setdefault(
                    ("invoice", invoice.remote_id),
                    Standing(
                        {
                            **self._prepare_line(
                                order,
                                f"{order.display_name} · {invoice.display_name}",
                            ),
                            **self._get_invoiced(invoice),
                        },
                        self._say(invoice, INVOICE_FIELDS, invoice_labels),
                        invoice.received_hash,
                    ),
                )
        return standings

    def _prepare_line(self, order, name):
        return {
            "name": name,
            "res_model": order._name,
            "res_id": order.id,
            "remote_id": order.remote_id,
            "remote_number": order.remote_number,
            "payload": {"id": order.id},
        }

    def _get_invoiced(self, invoice):
        """Drafts may change, and what was cancelled is none."""
        if invoice.state != "posted" or not invoice.currency_id:
            return {}
        sign = -1 if invoice.kind == "credit_note" else 1
        return {
            "amount": sign * abs(invoice.amount_total),
            "currency_id": invoice.currency_id.id,
        }

    def _get_labels(self, model_name, names):
        described = self.env[model_name].fields_get(names, ["string"])
        return {name: field["string"] for name, field in described.items()}

    def _say(self, record, names, labels):
        return {labels[name]: self._say_value(record, name) for name in names}

    def _say_value(self, record, name):
        """:return: text, as the form shows it"""
        value, field = record[name], record._fields[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "monetary":
            # one that is not known here has no sign
            currency = record.currency_id
            return format_amount(self.env, value, currency) if currency else str(value)
        return format_date(self.env, value) if field.type == "date" else value or ""
