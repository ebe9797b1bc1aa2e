from odoo import api, models

from odoo.addons.integration_hub.client import (
    MappingError,
    TextMaker,
    ValidationError,
    join_texts,
)
from odoo.addons.integration_hub.models.integration_handler import Blocked

from ..counterparts import Counterparts
from ..sending import send_orders
from ..stale_links import point_out_gone

_lt = TextMaker(__name__)


class HandlerSaleOrderPush(models.AbstractModel):
    """A won opportunity becomes an order in the ERP (ERP-1).

    ``_prepare`` finds what stands for our records over there, ``_call`` makes the order,
    compares and confirms it, ``_apply`` (in ``handler_sale_order_apply.py``) writes what
    came of it.
    """

    _name = "integration.handler.sale_order_push"
    _description = "Won Deals to Orders of the ERP"
    _inherit = ["integration.handler"]

    _carries_deals = True
    _filter_model = "crm.lead"
    _looked_up_operations = ("push",)

    # -- prepare ----------------------------------------------------------------------

    def _prepare(self, flow, jobs):
        handler = self.with_company(flow.company_id)
        payloads = {job: job.payload for job in jobs}
        counterparts, problems = handler._find_counterparts(flow, payloads)
        blockers = handler._find_blockers(flow, payloads, counterparts, problems)
        unwanted = handler._find_unwanted(payloads)
        prepared = {
            job: problems.get(job)
            or (Blocked(blockers[job]) if job in blockers else None)
            or {
                **handler._prepare_request(flow, payload, counterparts),
                "is_wanted": job not in unwanted,
            }
            for job, payload in payloads.items()
        }
        return prepared | self._prepare_last_looks(problems, unwanted)

    def _prepare_last_looks(self, problems, unwanted):
        """An order that can't be sent any more may have been made by a call that got lost:
        it is looked for as that call had it, until it is certain whether it is there.

        :param dict problems: ``{job: IntegrationError}``
        :return: dict ``{job: request}``, with the error in ``problem``
        """
        jobs = self.env["integration.job"].union(*problems)
        unsettled = jobs.filtered("unsettled_until")
        lost = unsettled._get_lost_requests()
        return {
            job: {
                **lost[job.id][-1],
                "is_wanted": job not in unwanted,
                "problem": problems[job].to_dict(),
            }
            for job in unsettled
            if job.id in lost
        }

    def _find_deleted_customers(self, payloads):
        """:return: dict ``{job: ValidationError}`` of those whose customer, or an address
        of theirs, was deleted here since"""
        wanted = {
            job: {payload["partner_id"], *self._get_address_ids(payload)}
            for job, payload in payloads.items()
        }
        partners = self.env["res.partner"].browse(set().union(*wanted.values()))
        existing = set(partners.exists().ids)
        return {
            job: ValidationError(
                _lt(
                    "%(customer)s, or an address of theirs, was deleted here. Choose the"
                    " customer on the opportunity once more, then retry.",
                    # what was sent last is kept without the customer's data
                    customer=payloads[job].get("party", {}).get("name")
                    or payloads[job]["number"],
                )
            )
            for job, ids in wanted.items()
            if not ids <= existing
        }

    def _find_unwanted(self, payloads):
        """Jobs of deals that are no longer won, or that a person has cancelled: what they
        have made is found and shown, but nothing is made for them any more."""
        leads = self.env["crm.lead"].browse(
            {payload["lead_id"] for payload in payloads.values()}
        )
        won = leads.exists().filtered(lambda lead: lead.won_status == "won")
        return {
            job
            for job, payload in payloads.items()
            if job.is_called_off or payload["lead_id"] not in won.ids
        }

    @api.private
    def _find_counterparts(self, flow, payloads):
        """:return: tuple (:class:`Counterparts`, dict ``{job: MappingError}``)"""
        connector = flow.connector_id
        resolver = self.env["integration.value.resolver"]
        problems = self._find_deleted_customers(payloads)
        payloads = {
            job: payload for job, payload in payloads.items() if job not in problems
        }
        values = list(payloads.values())
        partners = self.env["res.partner"].browse(
            {payload["partner_id"] for payload in values}
        )
        heads, missing_heads = resolver._resolve_heads(connector, values)
        tax_records = resolver._get_tax_records(values)
        taxes, missing_taxes, include = {}, self.env["account.tax"], {}
        if flow.tax_policy == "map":
            taxes, missing_taxes, include = resolver._resolve_taxes(
                connector, tax_records
            )
        products, missing_products, gone_ids = self._find_products(connector, values)
        counterparts = Counterparts(
            parties=self.env["integration.external.id"]._get_remote_ids(
                connector, "party", partners
            ),
            addresses=self.env[
                "integration.handler.customer_push"
            ]._get_remote_addresses(connector, self._get_wanted_addresses(values)),
            products=products,
            heads=heads,
            tax_records=tax_records,
            taxes=taxes,
            taxes_include=include,
            units=resolver._resolve_units(connector, values),
        )
        missing_values = resolver._get_missing_by_payload(
            values, missing_heads, missing_taxes, tax_records
        )
        questions = self._find_unit_questions(connector, missing_products)
        for (job, payload), missing in zip(
            payloads.items(), missing_values, strict=True
        ):
            error = self._get_gone_error(payload, gone_ids) or (
                self._get_mapping_error(payload, missing_products, missing, questions)
            )
            if error:
                problems[job] = error
        return counterparts, problems

    def _find_products(self, connector, payloads):
        """:return: tuple (mappings by product id, products that lack one, ids of products
        that were deleted since)"""
        mapping = self.env["integration.product.mapping"]
        products = self.env["product.product"].browse(
            {
                line["product_id"]
                for payload in payloads
                for line in payload["lines"]
                if line["kind"] == "product"
            }
        )
        known = mapping._get_for(connector, products)
        existing = products.exists()
        missing = existing.filtered(lambda product: product.id not in known)
        if missing:
            mapping._ensure_unmapped(connector, missing)
        return known, missing, set((products - existing).ids)

    @api.model
    def _find_unit_questions(self, connector, missing_products):
        """See ``integration.product.mapping``."""
        if not missing_products:
            return {}
        mapping = self.env["integration.product.mapping"]
        return mapping._get_unit_questions(connector, missing_products)

    def _get_wanted_addresses(self, payloads):
        wanted = {}
        for payload in payloads:
            wanted.setdefault(payload["partner_id"], set()).update(
                self._get_address_ids(payload)
            )
        return wanted

    @api.model
    def _get_address_ids(self, payload):
        names = ("invoice_partner_id", "delivery_partner_id", "contact_partner_id")
        return {payload[name] for name in names if payload[name]}

    def _get_gone_error(self, payload, gone_ids):
        gone = [
            line["description"]
            for line in payload["lines"]
            if line["product_id"] in gone_ids
        ]
        if not gone:
            return None
        return ValidationError(
            _lt(
                "These products no longer exist here: %(products)s.",
                products=", ".join(gone),
            )
        )

    def _get_mapping_error(self, payload, missing_products, missing_values, questions):
        """:return: MappingError naming all that is missing, or None"""
        product_ids = {line["product_id"] for line in payload["lines"]}
        products = missing_products.filtered(lambda product: product.id in product_ids)
        unknown = products.filtered(lambda product: product.id not in questions)
        sentences = []
        if unknown:
            sentences.append(
                _lt(
                    "No product of the ERP is known for: %(products)s.",
                    products=", ".join(unknown.mapped("display_name")),
                )
            )
        if asked := [questions[product.id] for product in products - unknown]:
            sentences.append(
                _lt(
                    "Say how many units of the ERP make one of ours: %(products)s."
                    " Enter or confirm the factor on their mapping.",
                    products=", ".join(asked),
                )
            )
        kinds = self.env["integration.value.mapping"]._fields["kind"]
        labels = dict(kinds._description_selection(self.env))
        sentences += [
            _lt(
                "Nothing in the ERP is known for %(kind)s: %(values)s.",
                kind=labels[kind],
                values=", ".join(records.mapped("display_name")),
            )
            for kind, records in missing_values.items()
        ]
        if not sentences:
            return None
        # a job waits for one kind of record at a time; the others are asked for next
        first = products or next(iter(missing_values.values()))
        return MappingError(
            join_texts(" ", sentences), model=first._name, ids=first.ids
        )

    @api.private
    def _find_blockers(self, flow, payloads, counterparts, problems):
        """Jobs that have to be done before: customers, and the first reading of what the
        ERP has to offer.

        :param dict problems: taken out of it is what the first reading may solve
        :return: dict ``{job: the job it waits for}``
        """
        connector = flow.connector_id
        unlinked = {
            job: payload
            for job, payload in payloads.items()
            # what can't be sent anyway waits for nobody
            if not isinstance(problems.get(job), ValidationError)
            and (
                payload["partner_id"] not in counterparts.parties
                or any(
                    (payload["partner_id"], address_id) not in counterparts.addresses
                    for address_id in self._get_address_ids(payload)
                )
            )
        }
        blockers = {}
        if unlinked:
            customers = self.env[
                "integration.handler.customer_push"
            ]._enqueue_customers(connector, unlinked.values())
            for job, payload in unlinked.items():
                if payload["partner_id"] in customers:
                    blockers[job] = customers[payload["partner_id"]]
                else:
                    problems.setdefault(job, self._get_no_customer_flow_error())
        reference_flow = connector._get_flow("reference_pull")
        if (
            problems
            and reference_flow.state == "running"
            and not self.env["integration.value.resolver"]._is_loaded(connector)
        ):
            reading = reference_flow._enqueue_pull(trigger="order")
            for job in [
                job for job, error in problems.items() if error.kind == "mapping"
            ]:
                del problems[job]
                blockers[job] = reading
        return blockers

    def _get_no_customer_flow_error(self):
        return ValidationError(
            _lt(
                "The customer is not linked to one in the ERP, and the flow that sees to it"
                " is off. Switch the flow “Customers” on, then retry."
            )
        )

    # -- call -------------------------------------------------------------------------

    @staticmethod
    def _call(client, requests):
        return point_out_gone(client, requests, send_orders(client, requests))
