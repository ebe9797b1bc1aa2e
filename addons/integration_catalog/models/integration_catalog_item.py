import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from .catalog_batch import CatalogBatch

CLEARED_FIELDS = ("code", "barcode", "description", "price", "tax_ids")


class IntegrationCatalogItem(models.Model):
    """One product variant of an ERP: what was read of it, and what became of it here.

    What was read is kept, so that a decision (a unit gets mapped, a person chooses a
    product, something is changed here) is carried out without asking the ERP again.
    """

    _name = "integration.catalog.item"
    _description = "Catalogue Entry"
    _order = "connector_id, code, name, id"
    _rec_names_search = ["code", "barcode", "name"]
    _check_company_auto = True

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    remote_id = fields.Char("Remote ID", required=True, readonly=True)
    remote_template_id = fields.Char("Remote Template ID", readonly=True)
    code = fields.Char(readonly=True)
    barcode = fields.Char(readonly=True)
    name = fields.Char(required=True, readonly=True)
    unit_name = fields.Char("Unit", readonly=True)
    url = fields.Char("Link", readonly=True)
    is_on_sale = fields.Boolean("On Sale There", readonly=True)
    payload = fields.Json(readonly=True)
    fingerprint = fields.Char(readonly=True)
    read_at = fields.Datetime("Read", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("question", "Asks a Person"),
            ("linked", "Taken Over"),
            ("left", "Left Alone"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    product_id = fields.Many2one(
        "product.product",
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        domain="[('type', '!=', 'combo')]",
        help="The product here that this one of the ERP is.",
    )
    decision = fields.Selection(
        [
            ("create", "Make a new product"),
            ("leave", "Leave alone"),
            ("removed", "Deleted or unmapped here"),
        ],
        readonly=True,
        help="What a person has decided.",
    )
    message = fields.Text(readonly=True)
    image_fingerprint = fields.Char(readonly=True)
    # what the next processing has to look at
    is_pending = fields.Boolean(readonly=True)
    is_changed_here = fields.Boolean(
        "Changed Here",
        readonly=True,
        help="Somebody has changed here what the ERP owns: the next reading sets it back.",
    )
    is_missing_value = fields.Boolean(
        "Value to Map", readonly=True, help="Its unit or a tax has no counterpart here."
    )

    _remote_id_uniq = models.UniqueIndex("(connector_id, remote_id)")
    _pending_idx = models.Index("(connector_id) WHERE is_pending")
    _code_idx = models.Index("(connector_id, code) WHERE code IS NOT NULL")
    _template_idx = models.Index("(connector_id, remote_template_id)")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for item in self:
            item.display_name = f"[{item.code}] {item.name}" if item.code else item.name

    # -- what people decide -----------------------------------------------------------

    def write(self, vals):
        """A product chosen by a person is a mapping, made at once."""
        result = super().write(vals)
        if vals.get("product_id") and not self.env.context.get("integration_catalog"):
            for item in self:
                item._map_by_hand()
            self._decide(False)
        return result

    def _map_by_hand(self):
        # sudo: reads mappings and units, which decide nothing about access
        item = self.sudo()
        batch = CatalogBatch(item.connector_id, item)
        factor = batch.get_factor(item.product_id, item.payload["unit_id"])
        if factor is None:
            raise UserError(
                self.env._(
                    "%(product)s is sold by “%(remote)s” there and by “%(unit)s” here."
                    " Map this unit under Mappings › Values, or the product with the right"
                    " factor under Mappings › Products.",
                    product=self.name,
                    remote=self.unit_name or "",
                    unit=self.product_id.uom_id.name,
                )
            )
        self._map_to(self.product_id, {"factor": factor, "is_automatic": False})

    def action_create_product(self):
        """Make a new product of it, whatever else is here by the same code."""
        self._decide("create")

    def action_leave(self):
        """Leave it alone until somebody decides otherwise."""
        self._decide("leave")

    def action_reconsider(self):
        """Forget the decision: look for its product again."""
        self._decide(False)

    def _decide(self, decision):
        self.check_access("write")
        self.with_context(integration_catalog=True).write(
            {"decision": decision, "state": "waiting", "is_pending": True}
        )
        for connector, items in self.grouped("connector_id").items():
            items._take_over(connector)

    def action_read_again(self):
        """Ask the ERP for these products now; a job does it."""
        self.check_access("read")
        for connector, items in self.grouped("connector_id").items():
            # sudo: whoever sees an entry may have it read again
            flow = connector.sudo()._get_flow("catalog_pull")
            self.env["integration.job"]._enqueue(
                flow,
                [
                    {
                        "operation": "read",
                        "name": self.env._("Read %s", item.display_name),
                        "payload": {"remote_ids": [item.remote_id]},
                        "idempotency_key": f"read-{item.remote_id}",
                        "priority": 10,
                        "trigger": "manual",
                    }
                    for item in items
                ],
            )
        self.env["integration.lane"]._wake_up()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("The ERP is asked; the answer is here shortly."),
                "type": "info",
            },
        }

    def action_open_remote(self):
        self.ensure_one()
        if not self.url:
            return False
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_open_product(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.product",
            "res_id": self.product_id.id,
            "views": [(False, "form")],
        }

    # -- what was read ----------------------------------------------------------------

    @api.model
    def _receive(self, connector, products):
        """Keep what the ERP says; what is as it was is not looked at again.

        :param connector: ``integration.connector`` record
        :param list products: ``CatalogProduct`` dicts (see ``contract.py``)
        :return: the entries that are new or changed
        """
        products = {product["remote_id"]: product for product in products}
        known = {
            item.remote_id: item
            for item in self.search(
                [
                    ("connector_id", "=", connector.id),
                    ("remote_id", "in", list(products)),
                ]
            )
        }
        now = self.env.cr.now()
        self.union(*known.values()).read_at = now
        changed, to_create = self.browse(), []
        for remote_id, product in products.items():
            fingerprint = _get_fingerprint(product)
            item = known.get(remote_id)
            if item and item.fingerprint == fingerprint:
                continue
            values = {
                **self._prepare_from_product(product, item),
                "fingerprint": fingerprint,
                "read_at": now,
                "is_pending": True,
            }
            if item:
                item.write(values)
                changed |= item
            else:
                to_create.append(
                    {**values, "connector_id": connector.id, "remote_id": remote_id}
                )
        return changed | self.create(to_create)

    @api.model
    def _prepare_from_product(self, product, item):
        """:param item: the entry there is, or None"""
        before = item.payload if item else {}
        # what was said once and is empty now was taken away; what was never said is not
        # the ERP's word
        cleared = [
            name
            for name in CLEARED_FIELDS
            if _is_empty(product, name)
            and (not _is_empty(before, name) or name in before.get("cleared", []))
        ]
        return {
            "remote_template_id": product["template_id"],
            "code": product["code"].strip(),
            "barcode": product["barcode"].strip(),
            # a product without a name is shown by what it has
            "name": product["full_name"].strip()
            or product["code"].strip()
            or product["remote_id"],
            "unit_name": product["unit_name"],
            "url": product["url"],
            "is_on_sale": product["active"],
            "payload": {**product, "cleared": cleared},
        }

    @api.model
    def _find_gone(self, connector, on_sale_ids):
        """Entries the ERP no longer names among those on sale: deleted over there,
        archived, or no longer ours to see.

        :param on_sale_ids: remote ids of all that are on sale
        """
        on_sale = set(on_sale_ids)
        return self.search_fetch(
            [("connector_id", "=", connector.id), ("is_on_sale", "=", True)],
            ["remote_id"],
        ).filtered(lambda item: item.remote_id not in on_sale)

    def _mark_gone(self):
        # no fingerprint: it is news when the ERP names it again, even unchanged
        self.write({"is_on_sale": False, "fingerprint": False, "is_pending": True})

    @api.model
    def _mark_pending(self, connector, domain):
        """Have entries looked at again, now that something about them was decided here."""
        items = self.search([("connector_id", "=", connector.id), *domain])
        items.is_pending = True
        flow = connector._get_flow("catalog_pull")
        if items and flow.state == "running" and connector._is_collecting():
            flow._enqueue_pull(trigger="mapping")
        return items


def _is_empty(product, name):
    value = product.get(name)
    # a product that is sold by price lists alone costs 0
    return not (float(value or 0) if name == "price" else value)


def _get_fingerprint(product):
    text = json.dumps(product, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
