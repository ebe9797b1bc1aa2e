import logging

from odoo import api, models

from odoo.addons.integration_hub.client import TextMaker
from odoo.addons.integration_hub.refusal import REFUSALS, get_reason
from odoo.addons.integration_hub.translation import say

from .catalog_batch import CatalogBatch

_lt = TextMaker(__name__)

_logger = logging.getLogger(__name__)


class IntegrationCatalogItem(models.Model):
    """From an entry to its product here: found, made, or a question to a person."""

    _inherit = "integration.catalog.item"

    @api.private
    def _take_over(self, connector):
        """Make the products here what the ERP says they are.

        :param connector: of all of ``self``
        :return: dict ``{entry: (outcome, detail)}`` of those with a product
        """
        # sudo: it is the ERP's catalogue that is written, whoever sets it going
        items = self.sudo().with_context(
            integration_catalog=True,
            active_test=False,
            tracking_disable=True,
            allowed_company_ids=connector.company_id.ids,
            # names are kept as they come, and compared so; sentences are for people
            lang=None,
            integration_lang=self.env.lang,
        )
        batch = CatalogBatch(connector.with_env(items.env), items)
        to_create, to_link = items.browse(), {}
        for item in items:
            product, problem, candidates = item._find_product(batch)
            if problem:
                item._ask(problem, candidates, batch)
            elif product:
                to_link[item] = product
                batch.taken.add(product)
            elif product is not None:
                to_create |= item
        items._link_products(to_link, batch)
        to_create._create_products(batch)
        items._price_variants(batch)
        items._enqueue_images(batch)
        items._settle_proposals(batch)
        return batch.outcomes

    def _find_product(self, batch):
        """Which product here this is.

        :return: ``(product, question, candidates)``: an empty product is to be made, None
            and no question leaves the entry alone
        """
        Product = self.env["product.product"]
        if self.decision == "leave":
            self._leave(_lt("Somebody decided to leave it alone."))
            return None, None, Product
        if lines := batch.lines.get(self.remote_id):
            return self._choose_mapped(lines), None, Product
        if line := self._find_waiting_line(batch):
            problem = self._ask_factor(line.product_id, line.remote_unit_name)
            return None, problem, Product
        if self.state == "linked" or self.decision == "removed":
            # kept: the state alone is forgotten by the next change over there
            self.decision = "removed"
            self._leave(
                _lt(
                    "Its product here was deleted, or is mapped to it no longer. It is"
                    " not made again unless you say so."
                )
            )
            return None, None, Product
        if self.decision == "create":
            return self._check_unit(Product, batch)
        if not self.is_on_sale:
            self._leave(_lt("It is not on sale there."))
            return None, None, Product
        if twins := batch.twins.get(self.code, self.browse()) - self:
            problem = _lt(
                "%(erp)s has the code %(code)s more than once (also: %(others)s). Choose"
                " which product here this one is, make a new one, or leave it alone.",
                erp=batch.connector.name,
                code=self.code,
                others=", ".join(twins.mapped("name")),
            )
            return None, problem, Product
        return self._match(batch)

    def _choose_mapped(self, lines):
        """Of several products mapped to one of the ERP's (the piece and the box of
        twelve), the one that follows the catalogue is the one by the same code."""
        products = lines.product_id
        if len(products) == 1:
            return products
        chosen = products.filtered(lambda p: p.default_code == self.code)
        if len(chosen) != 1:
            chosen = self.product_id & products
        if not chosen:
            self._leave(
                _lt(
                    "Several products here are mapped to it, and none has its code. They"
                    " stay as they are."
                )
            )
            return None
        return chosen

    def _find_waiting_line(self, batch):
        """A product was picked for it that waits for its factor: neither another nor a new
        one is taken in its place, unless a person says so."""
        lines = batch.waiting_lines.get(self.remote_id, batch.mapping)
        if self.decision == "create":
            return lines.browse()
        same = lines.filtered(lambda line: line.default_code == self.code)
        return same[:1] or lines[:1]

    def _match(self, batch):
        """By internal reference, then by barcode, exactly."""
        Product = self.env["product.product"]
        by_code = batch.codes.get(self.code, Product) if self.code else Product
        by_barcode = (
            batch.barcodes.get(self.barcode, Product) if self.barcode else Product
        )
        hits = by_code | by_barcode
        if len(hits.filtered("active")) == 1:
            # what was archived here was replaced by the active one
            hits = hits.filtered("active")
        free = hits.filtered(
            lambda product: product not in batch.taken and product not in batch.decided
        )
        if not hits:
            return self._check_unit(Product, batch)
        if len(free) == 1 and len(hits) == 1:
            return self._check_unit(free, batch)
        if not free:
            problem = _lt(
                "A product here has its code or barcode and is mapped to another one of"
                " %(erp)s. Choose which product this one is, make a new one, or leave it"
                " alone.",
                erp=batch.connector.name,
            )
        else:
            problem = _lt(
                "More than one product here may be meant: %(products)s. Choose one, or make"
                " a new one.",
                products=", ".join(hits.mapped("display_name")),
            )
        return None, problem, free

    def _check_unit(self, product, batch):
        """A wrong unit makes wrong quantities: without its counterpart nothing is taken."""
        unit_id = self.payload["unit_id"]
        is_known = (
            batch.get_factor(product, unit_id) is not None
            if product
            else unit_id in batch.units
        )
        if is_known:
            return product, None, product
        if product and unit_id in batch.units:
            problem = self._ask_factor(product, self.unit_name)
        else:
            self.is_missing_value = True
            problem = _lt(
                "Its unit “%(unit)s” has no counterpart here yet. Map it under Mappings ›"
                " Values; all products of that unit then come in by themselves.",
                unit=self.unit_name or _lt("(none)"),
            )
        return None, problem, product

    def _ask_factor(self, product, remote_unit_name):
        """:return: the question to a person; mapping the unit answers it as well"""
        self.is_missing_value = True
        return _lt(
            "It is sold by “%(remote)s” there and by “%(unit)s” here, and nothing says how"
            " many of one make the other. Confirm its line under Mappings › Products with"
            " the right factor.",
            remote=remote_unit_name or "",
            unit=product.uom_id.name,
        )

    # -- outcomes ---------------------------------------------------------------------

    def _attempt(self, action):
        """:return: what ``action`` was refused for, or None; refused, it left no trace"""
        try:
            with self.env.cr.savepoint():
                action()
                self.env.flush_all()
        except REFUSALS as error:
            # what was computed within the savepoint is gone
            self.env.invalidate_all()
            _logger.info("Catalogue entries %s were refused: %s", self.ids, error)
            return error
        return None

    def _try(self, action):
        """Do it, or have the entry say why not."""
        if error := self._attempt(action):
            self._ask(get_reason(self.env, error))

    def _say(self, text):
        """In the language of whoever set it going."""
        lang = self.env.context.get("integration_lang")
        return say(self.with_context(lang=lang).env, text)

    def _link_products(self, products, batch):
        """:param dict products: ``{entry: product}``, as many at once as get through"""

        def link_all():
            for item, product in products.items():
                item._link(product, batch)

        batch.read_texts(self.env["product.product"].union(*products.values()))
        # one that is refused has the others tried one by one
        if len(products) > 1 and not self.union(*products)._attempt(link_all):
            return
        for item, product in products.items():
            item._try(lambda item=item, p=product: item._link(p, batch))

    def _leave(self, message):
        self.write(
            {
                "state": "left",
                "message": self._say(message),
                "is_pending": False,
                "product_id": False,
            }
        )

    def _ask(self, problem, candidates=None, batch=None):
        """A person has to decide; possible products are proposed on their mappings."""
        self.write(
            {
                "state": "question",
                "message": self._say(problem),
                "is_pending": False,
            }
        )
        for product in candidates or []:
            line = batch.candidate_lines.get(product)
            self._map_to(
                product,
                {
                    "state": "proposed",
                    "is_automatic": True,
                    **self._prepare_proposed_factor(product, line, batch),
                },
                line,
            )

    def _prepare_proposed_factor(self, product, line, batch):
        """What a person has entered for the same entry stays; nothing is a guess."""
        if line and line.factor_state == "entered" and line.remote_id == self.remote_id:
            return {}
        factor = batch.get_factor(product, self.payload["unit_id"])
        return {
            "factor": factor or 1.0,
            "factor_state": "unclear" if factor is None else "known",
        }

    def _map_to(self, product, values, line=None):
        """Write the product's mapping line.

        :param dict values: besides the remote side, such as ``factor``, ``state``
        :param line: the product's line, where known
        """
        self.ensure_one()
        mapping = self.env["integration.product.mapping"].sudo()
        # sudo: decisions about the catalogue are made by those who keep mappings
        line = line or mapping.search(
            [
                ("connector_id", "=", self.connector_id.id),
                ("product_id", "=", product.id),
            ]
        )
        values = {
            "remote_id": self.remote_id,
            "remote_code": self.code,
            "remote_name": self.name,
            "remote_unit_id": self.payload["unit_id"],
            "remote_unit_name": self.unit_name,
            "state": "mapped",
            **({"factor_state": "known"} if "factor" in values else {}),
            **values,
        }
        if line:
            line.with_context(integration_catalog=True).write(values)
            return line
        return mapping.with_context(integration_catalog=True).create(
            [{"connector_id": self.connector_id.id, "product_id": product.id, **values}]
        )

    def _settle_proposals(self, batch):
        """What was proposed for an entry that has its product now is proposed no more."""
        linked = self.filtered(lambda item: item.state == "linked")
        batch.mapping.search(
            [
                ("connector_id", "=", batch.connector.id),
                ("remote_id", "in", linked.mapped("remote_id")),
                ("state", "=", "proposed"),
                ("is_automatic", "=", True),
            ]
        ).write({"remote_id": False, "state": "unmapped"})

    # -- pictures ---------------------------------------------------------------------

    def _enqueue_images(self, batch):
        """Pictures are fetched apart, and only those that are new."""
        if "image_1920" not in batch.owned_fields:
            return
        flow = batch.connector._get_flow("catalog_pull")
        changed = self.filtered(
            lambda item: (
                item.state == "linked"
                and item.payload["image"] != (item.image_fingerprint or "")
                and "image_1920"
                not in item._get_fields_of_others(item.product_id, batch)
            )
        )
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "image",
                    "name": item._say(
                        _lt("Picture of %(product)s", product=item.display_name)
                    ),
                    "payload": {"remote_id": item.remote_id},
                    "idempotency_key": f"image-{item.remote_id}",
                    "priority": flow.priority + 1,
                    "trigger": "catalog",
                }
                for item in changed
            ],
        )

    def _is_picture_of_others(self):
        """Whether the picture is another ERP's, which the product has followed first; see
        :meth:`_get_fields_of_others`, here without a batch."""
        # sudo: a shared product may follow another company's ERP
        earlier = self.sudo().search(
            [
                ("product_id", "=", self.product_id.id),
                ("connector_id", "!=", self.connector_id.id),
                ("connector_id.active", "=", True),
                ("state", "=", "linked"),
                ("id", "<", self.id),
            ]
        )
        return any(
            "image_1920" in connector._get_catalog_fields()
            for connector in earlier.connector_id
        )
