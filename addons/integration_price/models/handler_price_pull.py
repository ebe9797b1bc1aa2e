from odoo import models
from odoo.tools import float_compare

# products asked for in one call, unless the flow sets another number
PAGE_SIZE = 500
# prices are compared, and kept, to so many decimals
PRICE_DIGITS = 6


class HandlerPricePull(models.AbstractModel):
    """The ERP's price lists become price lists here, which are its own (ERP-7).

    Operations: ``pull``, a page of the mapped products in all lists (the cursor is the
    last mapping's id); ``parties``, a page of customers (the payload says after which
    link).
    """

    _name = "integration.handler.price_pull"
    _description = "Price Lists from the ERP"
    _inherit = ["integration.handler"]

    def _prepare(self, flow, jobs):
        if jobs[:1].operation == "parties":
            return {job: self._prepare_parties(flow, job) for job in jobs}
        limit = flow.batch_size or PAGE_SIZE
        mappings = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("state", "=", "mapped"),
                ("id", ">", int(flow.cursor or 0)),
            ],
            order="id",
            limit=limit,
        )
        request = {
            "mapping_ids": mappings.ids,
            "remote_ids": sorted(set(mappings.mapped("remote_id"))),
            "next": str(mappings[-1:].id) if len(mappings) == limit else "",
        }
        return dict.fromkeys(jobs, request)

    def _prepare_parties(self, flow, job):
        links = self.env["integration.external.id"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("kind", "=", "party"),
                ("res_model", "=", "res.partner"),
                ("id", ">", job.payload["after"]),
            ],
            order="id",
            limit=PAGE_SIZE,
        )
        return {
            "party_ids": links.mapped("remote_id"),
            "partner_ids": links.mapped("res_id"),
            "next": links[-1:].id if len(links) == PAGE_SIZE else 0,
        }

    @staticmethod
    def _call(client, requests):
        answers = []
        for request in requests:
            if "party_ids" in request:
                lists = client.party_price_lists(request["party_ids"])
                answers.append({**request, "lists": lists})
                continue
            lists = client.price_lists()
            prices = []
            if lists and request["remote_ids"]:
                prices = client.price_list_prices(
                    [item["remote_id"] for item in lists], request["remote_ids"]
                )
            answers.append(
                {
                    "mapping_ids": request["mapping_ids"],
                    "next": request["next"],
                    "lists": lists,
                    "prices": prices,
                }
            )
        return answers

    def _apply(self, flow, results):
        handler = self.with_context(integration_price=True)
        flow = flow.with_env(handler.env)
        for job, answer in results:
            if job.operation == "parties":
                handler._take_parties(flow, answer)
            else:
                handler._take_page(flow, answer)

    # -- lists and prices -------------------------------------------------------------

    def _take_page(self, flow, answer):
        lists = self._write_lists(flow.connector_id, answer["lists"])
        # a mapping may have been changed or deleted meanwhile
        mappings = (
            self.env["integration.product.mapping"]
            .browse(answer["mapping_ids"])
            .exists()
            .filtered(lambda line: line.state == "mapped")
        )
        changed = self._write_prices(lists, mappings, answer["prices"])
        flow.write(
            {
                "cursor": answer["next"],
                "last_run": self.env.cr.now(),
                "last_message": self.env._(
                    "Price lists: %(lists)s, products: %(products)s, prices changed:"
                    " %(changed)s",
                    lists=len(lists),
                    products=len(mappings.product_id),
                    changed=changed,
                ),
            }
        )
        if answer["next"]:
            flow._enqueue_pull(trigger="more")
        else:
            self._enqueue_parties(flow, 0)

    def _write_lists(self, connector, answers):
        """:return: dict ``{remote id: price list here}`` of those the ERP has"""
        # named as over there, whatever the language of whoever is in charge
        Pricelist = self.env["product.pricelist"].with_context(
            active_test=False, lang=None
        )
        known = {
            pricelist.integration_remote_id: pricelist
            for pricelist in Pricelist.search(
                [("integration_connector_id", "=", connector.id)]
            )
        }
        currencies = {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", [item["currency"] for item in answers])])
        }
        lists = {}
        for answer in answers:
            currency = currencies.get(answer["currency"])
            if not currency:
                continue
            # a list in a currency that is not in use here is no use
            currency.filtered(lambda item: not item.active).active = True
            values = {
                "name": answer["name"] or answer["remote_id"],
                "currency_id": currency.id,
                "active": True,
            }
            pricelist = known.get(answer["remote_id"])
            if not pricelist:
                pricelist = Pricelist.create(
                    {
                        **values,
                        "company_id": connector.company_id.id,
                        "integration_connector_id": connector.id,
                        "integration_remote_id": answer["remote_id"],
                    }
                )
                self._map_list(connector, pricelist)
            else:
                changes = {
                    name: value
                    for name, value in values.items()
                    if pricelist._fields[name].convert_to_write(
                        pricelist[name], pricelist
                    )
                    != value
                }
                if changes:
                    pricelist.write(changes)
            lists[answer["remote_id"]] = pricelist
        gone = Pricelist.union(
            *(pricelist for key, pricelist in known.items() if key not in lists)
        )
        gone.filtered("active").active = False
        Pricelist.union(*lists.values()).write(
            {"integration_read_at": self.env.cr.now()}
        )
        return lists

    def _map_list(self, connector, pricelist):
        """Orders name the list they are sold by."""
        self.env["integration.value.mapping"].create(
            {
                "connector_id": connector.id,
                "kind": "price_list",
                "res_id": pricelist.id,
                "remote_id": pricelist.integration_remote_id,
                "remote_name": pricelist.name,
                "state": "mapped",
                "is_automatic": True,
            }
        )

    def _write_prices(self, lists, mappings, prices):
        """Make the rules of ``lists`` about the mapped products what the ERP says.

        :return: number of rules made, changed or removed
        """
        Item = self.env["product.pricelist.item"]
        by_remote = mappings.grouped("remote_id")
        wanted = {}
        for price in prices:
            pricelist = lists.get(price["price_list_id"])
            for mapping in by_remote.get(price["product_id"], mappings.browse()):
                if not pricelist:
                    continue
                factor = mapping.factor
                # per unit of theirs: one of ours is so many of it
                key = (
                    pricelist.id,
                    mapping.product_id.id,
                    round(float(price["min_quantity"]) / factor, PRICE_DIGITS),
                )
                wanted[key] = round(float(price["price"]) * factor, PRICE_DIGITS)
        known = {}
        doubles = Item
        for item in Item.search(
            [
                ("pricelist_id", "in", [item.id for item in lists.values()]),
                ("product_id", "in", mappings.product_id.ids),
            ]
        ):
            key = (item.pricelist_id.id, item.product_id.id, item.min_quantity)
            if key in known:
                doubles |= item
            known.setdefault(key, item)
        gone = doubles.union(
            *(item for key, item in known.items() if key not in wanted)
        )
        changed = len(gone)
        gone.unlink()
        templates = {
            product.id: product.product_tmpl_id.id for product in mappings.product_id
        }
        to_create = []
        for key, price in wanted.items():
            item = known.get(key)
            if not item:
                pricelist_id, product_id, quantity = key
                to_create.append(
                    {
                        "pricelist_id": pricelist_id,
                        "applied_on": "0_product_variant",
                        "product_id": product_id,
                        "product_tmpl_id": templates[product_id],
                        "min_quantity": quantity,
                        "compute_price": "fixed",
                        "fixed_price": price,
                    }
                )
            elif float_compare(item.fixed_price, price, precision_digits=PRICE_DIGITS):
                item.fixed_price = price
                changed += 1
        Item.create(to_create)
        return changed + len(to_create)

    # -- customers --------------------------------------------------------------------

    def _enqueue_parties(self, flow, after):
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "parties",
                    "name": self.env._("Price lists of customers"),
                    "payload": {"after": after},
                    "idempotency_key": "parties",
                    "priority": flow.priority,
                    "trigger": "more",
                }
            ],
        )

    def _take_parties(self, flow, answer):
        connector = flow.connector_id
        lists = {
            pricelist.integration_remote_id: pricelist
            for pricelist in self.env["product.pricelist"].search(
                [("integration_connector_id", "=", connector.id)]
            )
        }
        partners = {
            partner.id: partner
            for partner in self.env["res.partner"]
            .with_company(connector.company_id)
            .browse(answer["partner_ids"])
            .exists()
        }
        Pricelist = self.env["product.pricelist"]
        changed = {}
        for party_id, partner_id in zip(
            answer["party_ids"], answer["partner_ids"], strict=True
        ):
            partner = partners.get(partner_id)
            if not partner or party_id not in answer["lists"]:
                continue
            chosen = lists.get(answer["lists"][party_id])
            present = partner.specific_property_product_pricelist
            if chosen and present != chosen:
                changed.setdefault(chosen, []).append(partner_id)
            elif not chosen and present in lists.values():
                # the ERP gave it, the ERP has taken it away; what people chose stays
                changed.setdefault(Pricelist, []).append(partner_id)
        for pricelist, partner_ids in changed.items():
            # property_product_pricelist would have Odoo look up each one's country
            self.env["res.partner"].with_company(connector.company_id).browse(
                partner_ids
            ).specific_property_product_pricelist = pricelist
        if answer["next"]:
            self._enqueue_parties(flow, answer["next"])
