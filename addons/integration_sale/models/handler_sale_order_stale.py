from odoo import api, models

from odoo.addons.integration_hub.client import (
    MappingError,
    TextMaker,
    error_from_dict,
)

from ..stale_links import RelinkedError

_lt = TextMaker(__name__)


class HandlerSaleOrderPush(models.AbstractModel):
    """Orders refused because what they name was merged or deleted over there.

    Links that lead nowhere are dropped. Customers and addresses are then found or made the
    usual way, and the order waits for that; a product is mapped by a person.
    """

    _inherit = "integration.handler.sale_order_push"

    def _apply(self, flow, results):
        stale = [item for item in results if item[1].get("gone")]
        others = [item for item in results if not item[1].get("gone")]
        problems = (super()._apply(flow, others) or {}) if others else {}
        return problems | self._apply_gone(flow, stale)

    def _apply_gone(self, flow, results):
        """:return: dict ``{job: IntegrationError}``"""
        problems, to_drop = {}, []
        for job, answer in results:
            # the next try asks again, it does not come back to this answer
            job.answer = False
            if self._is_for_people(job):
                problems[job] = error_from_dict(answer["error"])
            else:
                to_drop.append((job, answer["gone"]))
        if not to_drop:
            return problems
        self.env["integration.handler.customer_push"]._drop_links(
            flow.connector_id,
            _collect(to_drop, "party"),
            _collect(to_drop, "address"),
        )
        unmapped = self._unmap_products(flow.connector_id, to_drop)
        for job, gone in to_drop:
            product_ids = {line["product_id"] for line in job.payload["lines"]}
            products = unmapped.filtered(lambda item, ids=product_ids: item.id in ids)
            if gone.get("product") and products:
                problems[job] = self._get_unmapped_error(products)
            else:
                problems[job] = RelinkedError(
                    _lt(
                        "The customer, or an address of theirs, is no longer in the ERP:"
                        " merged or deleted there. It is looked for anew; then the order"
                        " goes."
                    )
                )
        return problems

    @api.model
    def _is_for_people(self, job):
        """What a person wrote goes out as it is; and what is gone once more right after it
        was found is nothing that helps itself."""
        return bool(job.given_request or (job.error_detail or {}).get("is_relinked"))

    def _unmap_products(self, connector, to_drop):
        """:return: products whose counterparts are gone, which have to be mapped now"""
        remote_ids = _collect(to_drop, "product")
        if not remote_ids:
            return self.env["product.product"]
        product_ids = {
            line["product_id"]
            for job, _gone in to_drop
            for line in job.payload["lines"]
            if line["kind"] == "product"
        }
        lines = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", connector.id),
                ("product_id", "in", list(product_ids)),
                ("remote_id", "in", remote_ids),
            ]
        )
        lines.write({"remote_id": False})
        # nor is it there to be chosen any more
        self.env["integration.remote.value"].search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", "product"),
                ("remote_id", "in", remote_ids),
            ]
        ).active = False
        return lines.product_id

    @api.model
    def _get_unmapped_error(self, products):
        return MappingError(
            _lt(
                "What these were mapped to is no longer in the ERP: %(products)s. Map them"
                " to other products.",
                products=", ".join(products.mapped("display_name")),
            ),
            model=products._name,
            ids=products.ids,
        )


def _collect(to_drop, kind):
    """:return: remote ids of that kind that are gone, of all orders"""
    return sorted({item for _job, gone in to_drop for item in gone.get(kind, ())})
