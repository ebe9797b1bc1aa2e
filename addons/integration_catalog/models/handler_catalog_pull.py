from odoo import models

# products read in one call, unless the flow sets another number
PAGE_SIZE = 500
VALUE_KINDS = ("unit", "tax")
# what sets a run going, as opposed to its further pages
NEW_RUN = ("schedule", "manual")
# of the catalogue, how much may be gone at once before a person is asked
GONE_SHARE = 0.2
GONE_NUMBER = 10


class HandlerCatalogPull(models.AbstractModel):
    """The ERP's products become products here, mapped from the start (ERP-5).

    Operations: ``pull``, a page of what changed; ``read``, single products on demand;
    ``image``, the picture of one product.
    """

    _name = "integration.handler.catalog_pull"
    _description = "Product Catalogue from the ERP"
    _inherit = ["integration.handler"]

    def _prepare(self, flow, jobs):
        operation = jobs[:1].operation
        if operation == "pull":
            request = {
                "operation": operation,
                "cursor": flow.cursor or None,
                "limit": flow.batch_size or PAGE_SIZE,
            }
            return dict.fromkeys(jobs, request)
        return {job: {**job.payload, "operation": operation} for job in jobs}

    @staticmethod
    def _call(client, requests):
        operation = requests[0]["operation"]
        if operation == "image":
            images = client.catalog_images(
                [request["remote_id"] for request in requests]
            )
            return [
                {
                    "remote_id": request["remote_id"],
                    "image": images.get(request["remote_id"], ""),
                }
                for request in requests
            ]
        if operation == "read":
            wanted = {
                remote_id for request in requests for remote_id in request["remote_ids"]
            }
            found = {
                product["remote_id"]: product
                for product in client.catalog_read(sorted(wanted))
            }
            values = _read_values(client)
            return [
                {
                    "values": values,
                    "products": [
                        found[remote_id]
                        for remote_id in request["remote_ids"]
                        if remote_id in found
                    ],
                    "missing": [
                        remote_id
                        for remote_id in request["remote_ids"]
                        if remote_id not in found
                    ],
                }
                for request in requests
            ]
        return [_read_page(client, request) for request in requests]

    @staticmethod
    def _get_system_warnings(client):
        # most systems lack nothing
        return getattr(client, "catalog_check", list)()

    def _apply(self, flow, results):
        operation = results[0][0].operation
        for job, answer in results:
            if operation == "image":
                self._write_image(flow, answer)
            elif operation == "read":
                self._take_read(flow, answer)
            else:
                self._take_page(flow, answer, job.trigger)

    # -- a page -----------------------------------------------------------------------

    def _take_page(self, flow, answer, trigger):
        Item = self.env["integration.catalog.item"]
        connector = flow.connector_id
        self._write_values(connector, answer)
        changed = Item._receive(connector, answer["products"])
        if not answer["more"]:
            changed |= self._take_gone(flow, answer["on_sale_ids"])
        if trigger in NEW_RUN:
            # questions may have been answered over there, by another code for instance,
            # and a currency may have got its rate
            Item.search(
                [
                    ("connector_id", "=", connector.id),
                    "|",
                    ("state", "=", "question"),
                    ("is_price_missing", "=", True),
                ]
            ).is_pending = True
        # what was decided here meanwhile goes along, a page at a time
        others = Item.search(
            [
                ("connector_id", "=", connector.id),
                ("is_pending", "=", True),
                ("id", "not in", changed.ids),
            ],
            order="id",
            limit=PAGE_SIZE,
        )
        (changed | others)._take_over(connector)
        flow.write(
            {
                "cursor": answer["cursor"],
                "last_run": self.env.cr.now(),
                "last_message": self._get_result(
                    flow, len(answer["products"]), changed
                ),
            }
        )
        if answer["more"] or len(others) == PAGE_SIZE:
            flow._enqueue_pull(trigger="more")
        else:
            self._tell(flow)

    def _take_gone(self, flow, on_sale_ids):
        """What is gone is no longer sold here. So many at once may as well mean that the
        user there has lost its rights: then a person says which of the two it is."""
        Item = self.env["integration.catalog.item"]
        connector = flow.connector_id
        gone = Item._find_gone(connector, on_sale_ids)
        known = Item.search_count(
            [("connector_id", "=", connector.id), ("is_on_sale", "=", True)]
        )
        is_much = len(gone) > max(known * GONE_SHARE, GONE_NUMBER) or (
            len(gone) > 1 and not on_sale_ids
        )
        if is_much and len(gone) > flow.catalog_gone_accepted:
            flow.catalog_gone_count = len(gone)
            return Item
        flow.write({"catalog_gone_count": 0, "catalog_gone_accepted": 0})
        gone._mark_gone()
        return gone

    def _write_values(self, connector, answer):
        """Products and values become known to the mapping screens as well."""
        remote_values = self.env["integration.remote.value"]
        for kind, values in answer["values"].items():
            remote_values._replace(connector, kind, values)
        remote_values._replace(connector, "product", answer["products"], complete=False)
        self._map_equal_units(connector)

    def _map_equal_units(self, connector):
        """Units of the same name are the same unit: nobody has to confirm them."""
        mapping = self.env["integration.value.mapping"]
        lines = mapping._ensure_unmapped(
            connector, "unit", self.env["uom.uom"].search([])
        )
        lines.filtered(
            lambda line: line.state == "proposed" and line.is_automatic
        ).write({"state": "mapped", "is_automatic": True})

    def _get_result(self, flow, count, changed):
        questions = flow.catalog_question_count
        message = self.env._(
            "Products read: %(count)s, changed: %(changed)s.",
            count=count,
            changed=len(changed),
        )
        if questions:
            message += " " + self.env._("Asks a person: %s.", questions)
        if flow.catalog_gone_count:
            message += " " + self.env._(
                "No longer named there, to be confirmed: %s.", flow.catalog_gone_count
            )
        return message

    def _tell(self, flow):
        """One open activity each, for whoever is responsible, as long as there are
        questions."""
        self._remind(
            flow.connector_id,
            flow.catalog_question_count,
            self.env._("Catalogue: products ask for a decision"),
            self.env._("See Integrations › Mappings › Catalogue, “Asks a Person”."),
        )
        self._remind(
            flow.connector_id,
            flow.catalog_gone_count,
            self.env._("Catalogue: many products are gone from the ERP"),
            self.env._(
                "They are still on sale here. If the ERP's user has lost its rights to"
                " them, give them back there. If they are discontinued, say so in the"
                " flow “Product catalogue”."
            ),
        )

    def _remind(self, connector, is_open, summary, note):
        known = connector.activity_ids.filtered(
            lambda activity: activity.summary == summary
        )
        if not is_open:
            known.action_feedback(feedback=self.env._("All are decided."))
        elif not known:
            connector.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=note,
                user_id=(connector.user_id or self.env.ref("base.user_admin")).id,
            )

    # -- single products --------------------------------------------------------------

    def _take_read(self, flow, answer):
        Item = self.env["integration.catalog.item"]
        connector = flow.connector_id
        self._write_values(connector, answer)
        items = Item._receive(connector, answer["products"])
        gone = Item.search(
            [
                ("connector_id", "=", connector.id),
                ("remote_id", "in", answer["missing"]),
            ]
        )
        gone.write({"is_on_sale": False, "fingerprint": False})
        named = Item.search(
            [
                ("connector_id", "=", connector.id),
                (
                    "remote_id",
                    "in",
                    [product["remote_id"] for product in answer["products"]],
                ),
                ("is_pending", "=", True),
            ]
        )
        (items | gone | named)._take_over(connector)

    def _write_image(self, flow, answer):
        item = self.env["integration.catalog.item"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("remote_id", "=", answer["remote_id"]),
            ]
        )
        if (
            item.product_id
            and "image_1920" in flow._get_catalog_fields()
            and not item._is_mapped_as_pack()
            # decided when it was asked for, and may have changed since
            and not item._is_picture_of_others()
        ):
            item.product_id.with_context(integration_catalog=True).image_1920 = (
                answer["image"] or False
            )
            item.image_fingerprint = item.payload["image"]


def _read_page(client, request):
    page = client.catalog_changes(request["cursor"], request["limit"])
    return {
        **page,
        "values": _read_values(client),
        # with the last page, all that are on sale: what is not among them is gone
        "on_sale_ids": [] if page["more"] else client.catalog_ids(),
    }


def _read_values(client):
    return {kind: client.value_list(kind) for kind in VALUE_KINDS}
