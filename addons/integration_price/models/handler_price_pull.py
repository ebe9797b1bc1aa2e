from odoo import fields, models
from odoo.tools import float_compare

from odoo.addons.integration_hub.client import TextMaker

_lt = TextMaker(__name__)

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

    @staticmethod
    def _call(client, requests):
        answers = []
        for request in requests:
            if "party_ids" in request:
                lists = client.party_price_lists(request["party_ids"])
                answers.append({**request, "lists": lists})
                continue
            lists = client.price_lists()
            readable = get_readable(lists)
            prices = []
            if readable and request["remote_ids"]:
                prices = client.price_list_prices(readable, request["remote_ids"])
            answers.append(
                {
                    "mapping_ids": request["mapping_ids"],
                    "next": request["next"],
                    "lists": lists,
                    "prices": prices,
                }
            )
        return answers

    @staticmethod
    def _get_system_warnings(client):
        lists = client.price_lists()
        warnings = [
            _lt(
                "The price list %(list)s is left out: %(reason)s.",
                list=item["name"],
                reason=item["left_out"],
            )
            for item in lists
            if item.get("left_out")
        ]
        if not get_readable(lists):
            warnings.append(
                _lt(
                    "There are no price lists to be read: what counts is the sales price of"
                    " each product, which the flow “Product catalogue” keeps as it is"
                    " there."
                )
            )
        return warnings

    def _apply(self, flow, results):
        handler = self.with_context(integration_price=True)
        flow = flow.with_env(handler.env)
        for job, answer in results:
            if job.operation == "parties":
                handler._take_parties(flow, answer)
            else:
                handler._take_page(flow, answer, job.payload.get("left_out", []))

    # -- lists and prices -------------------------------------------------------------

    def _take_page(self, flow, answer, left_out):
        """
        :param list left_out: ids of mappings that earlier pages of this run have no price
            for: the result of the last one names them as well
        """
        lists = self._write_lists(flow.connector_id, answer["lists"])
        # a mapping may have been changed or deleted meanwhile
        mappings = (
            self.env["integration.product.mapping"]
            .browse(answer["mapping_ids"])
            .exists()
            .filtered(lambda line: line.state == "mapped")
        )
        changed = self._write_prices(lists, mappings, answer["prices"])
        if not answer["next"]:
            changed += self._drop_strays(flow.connector_id, lists)
        uncounted = mappings.browse(left_out).exists() | self._find_uncounted(
            mappings, answer["prices"]
        )
        result = self.env._(
            "Price lists: %(lists)s, products: %(products)s, prices changed: %(changed)s",
            lists=len(lists),
            products=len(mappings.product_id),
            changed=changed,
        )
        flow.write(
            {
                "cursor": answer["next"],
                "last_run": self.env.cr.now(),
                "last_message": ". ".join(
                    filter(
                        None,
                        [
                            result,
                            *self._get_remarks(flow.connector_id, answer["lists"]),
                            uncounted._say_uncounted(),
                        ],
                    )
                ),
            }
        )
        if answer["next"]:
            flow._enqueue_pull(trigger="more").payload = {"left_out": uncounted.ids}
        else:
            self._enqueue_parties(flow, 0)

    def _write_lists(self, connector, answers):
        """:return: dict ``{remote id: price list here}`` of those that can be read"""
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
        currencies = self._find_currencies(answers)
        lists = {}
        for answer in answers:
            if self._get_obstacle(answer, currencies):
                continue
            currency = currencies[answer["currency"]]
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

    def _find_currencies(self, answers):
        """:return: dict ``{ISO code: res.currency}`` of the lists, unused ones too"""
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", [item["currency"] for item in answers])])
        )
        return {currency.name: currency for currency in currencies}

    def _get_obstacle(self, answer, currencies):
        """:return: why this list can't be taken over, or False"""
        if answer["currency"] not in currencies:
            return self.env._(
                "its currency, %s, is not known here", answer["currency"] or "—"
            )
        return answer.get("left_out") or False

    def _get_remarks(self, connector, answers):
        """What a person should know of the lists.

        :return: list of str
        """
        currencies = self._find_currencies(answers)
        company = connector.company_id
        today = fields.Date.context_today(connector)
        remarks, usable = [], self.env["res.currency"]
        for answer in answers:
            if obstacle := self._get_obstacle(answer, currencies):
                remarks.append(
                    self.env._(
                        "Left out: %(list)s (%(reason)s)",
                        list=answer["name"],
                        reason=obstacle,
                    )
                )
            else:
                usable |= currencies[answer["currency"]]
        if not usable:
            remarks.append(
                self.env._("none can be read: the sales prices of the products count")
            )
        # a quotation can be made in one without a rate; opportunities are in our own
        return remarks + [
            self.env._(
                "%(currency)s has no rate here: until it has one (under Currencies),"
                " opportunities of customers with a price list in it get no prices",
                currency=currency.name,
            )
            for currency in usable
            if currency._get_known_rate(company.currency_id, company, today) is None
        ]

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
        wanted = self._get_wanted_rules(lists, mappings, prices)
        known = {}
        doubles = Item
        for item in Item.search(
            [
                ("pricelist_id", "in", [item.id for item in lists.values()]),
                ("product_id", "in", mappings.product_id.ids),
            ]
        ):
            key = (item.pricelist_id.id, item.product_id.id, item.min_quantity)
            if key in known or not _is_plain(item):
                doubles |= item
                continue
            known[key] = item
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

    def _drop_strays(self, connector, lists):
        """What is no price of a mapped product: its mapping is gone, or somebody added it
        while the flow was off.

        :return: number of rules removed
        """
        groups = self.env["integration.product.mapping"]._read_group(
            [("connector_id", "=", connector.id), ("state", "=", "mapped")],
            ["product_id"],
        )
        strays = self.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "in", [item.id for item in lists.values()]),
                ("product_id", "not in", [product.id for (product,) in groups]),
            ]
        )
        strays.unlink()
        return len(strays)


def get_readable(lists):
    """:return: remote ids of the lists whose prices can be asked for"""
    return [item["remote_id"] for item in lists if not item.get("left_out")]


def _is_plain(item):
    """Whether a rule is one of those this flow makes."""
    return (
        item.applied_on == "0_product_variant"
        and item.compute_price == "fixed"
        and not item.date_start
        and not item.date_end
    )
