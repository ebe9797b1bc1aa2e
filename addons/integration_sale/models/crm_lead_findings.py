from odoo import api, models

from odoo.addons.integration_hub.translation import say

from ..order_findings import BLOCKING, NOTE, WARNING, make_finding
from .crm_lead_content import Issue


class CrmLead(models.Model):
    """What is known here of a deal that is not won yet, and can be said without asking the
    ERP."""

    _inherit = "crm.lead"

    # -- in the way -------------------------------------------------------------------

    @api.private
    def _find_blocking(self, flow):
        """What would keep the orders of these deals from getting through; however many
        there are, for the same number of queries, as deals are won by the thousand. Extend
        it and call ``super()``.

        :param flow: as in :meth:`_check_before_won`
        :return: dict ``{lead: findings}``, with each of these deals
        """
        leads = self.with_company(flow.company_id)
        self.env["integration.payload"]._prefetch(leads, leads.order_ids)
        findings, looked_at = {}, []
        for lead in leads:
            contents = lead._get_check_contents(flow)
            findings[lead] = lead._find_missing_content(contents)
            looked_at += [
                (lead, payload) for payload in lead._get_check_payloads(flow, contents)
            ]
        for lead, found in leads._check_mappings(flow, looked_at):
            findings[lead] += found
        return findings

    def _find_missing_content(self, contents):
        """:param contents: of :meth:`_get_check_contents`"""
        if isinstance(contents, Issue):
            fix = "choose_quotation" if contents.code == "choose" else ""
            return [make_finding("content", BLOCKING, contents.message, fix)]
        if self._lacks_customer(contents) and not self._has_contact_data():
            text = self.env._(
                "No customer yet: choose one, or enter a company or contact name."
            )
            return [make_finding("customer", BLOCKING, text)]
        return []

    def _lacks_customer(self, contents):
        return not self.partner_id and any(not content.orders for content in contents)

    def _has_contact_data(self):
        return self.partner_name or self.contact_name or self.email_normalized

    def _check_mappings(self, flow, looked_at):
        """:param list looked_at: pairs ``(lead, snapshot)``
        :return: the same, with findings in place of the snapshots
        """
        payloads = [payload for _lead, payload in looked_at]
        if not payloads:
            return []
        connector = flow.connector_id
        handler = self.env["integration.handler.sale_order_push"]
        known, products, gone_ids = handler._find_products(connector, payloads)
        questions = handler._find_unit_questions(connector, products)
        archived = self._find_archived_there(connector, known)
        moments = {
            check.lead_id.id: check.checked_at for check in self._get_checks(flow)
        }
        missing_values = self._find_missing_values(flow, payloads)
        found = []
        for (lead, payload), missing in zip(looked_at, missing_values, strict=True):
            product_ids = {line["product_id"] for line in payload["lines"]}
            unmapped = products.filtered(lambda p, ids=product_ids: p.id in ids)
            # what the ERP itself has said since counts for more than its list
            asked_at = moments.get(lead.id)
            archived_products = self.env["product.product"].browse(
                product_id
                for product_id, read_at in archived.items()
                if product_id in product_ids and not (asked_at and read_at <= asked_at)
            )
            findings = []
            if error := handler._get_gone_error(payload, gone_ids):
                text = say(self.env, error.message)
                findings.append(make_finding("product", BLOCKING, text))
            asked = unmapped.filtered(lambda product: product.id in questions)
            if unknown := unmapped - asked:
                text = self.env._(
                    "No product of the ERP is known for: %s.",
                    ", ".join(unknown.mapped("display_name")),
                )
                findings.append(
                    make_finding("product", BLOCKING, text, "map_products", unknown)
                )
            if asked:
                text = self.env._(
                    "Say how many units of the ERP make one of ours: %(products)s."
                    " Enter or confirm the factor on their mapping.",
                    products=", ".join(questions[product.id] for product in asked),
                )
                findings.append(
                    make_finding("product", BLOCKING, text, "map_products", asked)
                )
            if archived_products:
                text = self.env._(
                    "%(erp)s no longer offers: %(products)s.",
                    erp=connector.name,
                    products=", ".join(archived_products.mapped("display_name")),
                )
                findings.append(
                    make_finding(
                        "product", BLOCKING, text, "map_products", archived_products
                    )
                )
            found.append((lead, findings + self._make_value_findings(missing)))
        return found

    def _find_archived_there(self, connector, mappings):
        """:param dict mappings: by product id
        :return: dict ``{product id: when the ERP's list was read}`` of products that are not
            on it any more
        """
        remote_ids = {mapping.remote_id for mapping in mappings.values()}
        offered = self.env["integration.remote.value"]._get_by_remote_id(
            connector, "product", remote_ids
        )
        return {
            product_id: offered[mapping.remote_id].write_date
            for product_id, mapping in mappings.items()
            if mapping.remote_id in offered and not offered[mapping.remote_id].active
        }

    def _find_missing_values(self, flow, payloads):
        """:return: per snapshot a dict ``{kind: records}`` of what has no counterpart"""
        connector = flow.connector_id
        resolver = self.env["integration.value.resolver"]
        if not resolver._is_loaded(connector):
            # what the ERP has to offer is read with the first order
            return [{} for _payload in payloads]
        _heads, missing_heads = resolver._resolve_heads(connector, payloads)
        tax_records, missing_taxes = {}, self.env["account.tax"]
        if connector._get_flow("sale_order_push").tax_policy == "map":
            tax_records = resolver._get_tax_records(payloads)
            _taxes, missing_taxes, _include = resolver._resolve_taxes(
                connector, tax_records
            )
        return resolver._get_missing_by_payload(
            payloads, missing_heads, missing_taxes, tax_records
        )

    def _make_value_findings(self, missing):
        kinds = self.env["integration.value.mapping"]._fields["kind"]
        labels = dict(kinds._description_selection(self.env)) if missing else {}
        return [
            make_finding(
                "tax" if kind == "tax" else "value",
                BLOCKING,
                self.env._(
                    "Nothing in the ERP is known for %(kind)s: %(values)s.",
                    kind=labels[kind],
                    values=", ".join(records.mapped("display_name")),
                ),
                "map_values",
                records,
            )
            for kind, records in missing.items()
        ]

    # -- to be looked at, good to know --------------------------------------------------

    def _find_remarks(self, flow, payloads):
        contents = self._get_check_contents(flow)
        findings = []
        if (
            not isinstance(contents, Issue)
            and self._lacks_customer(contents)
            and self._has_contact_data()
        ):
            text = self.env._(
                "The customer is found or made from the contact data once it is won."
                " Choose it now, and it is checked as well."
            )
            findings.append(make_finding("customer", NOTE, text))
        return [
            *findings,
            *self._check_archived_here(payloads),
            *self._check_addresses(payloads),
        ]

    def _check_archived_here(self, payloads):
        """Nobody keeps such an order from being made; whether it is meant is asked."""
        products = self.env["product.product"].browse(
            dict.fromkeys(
                line["product_id"]
                for payload in payloads
                for line in payload["lines"]
                if line["kind"] == "product"
            )
        )
        return [
            make_finding(
                "product",
                WARNING,
                self.env._("%s is archived here.", product.display_name),
                "open",
                product,
            )
            for product in products.exists()
            if not product.active
        ]

    def _check_addresses(self, payloads):
        """A parcel without a street, a tax without a country."""
        partners = self.env["res.partner"].browse(
            dict.fromkeys(
                payload[name]
                for payload in payloads
                for name in (
                    "partner_id",
                    "invoice_partner_id",
                    "delivery_partner_id",
                )
            )
        )
        labels = partners.fields_get(["street", "city", "country_id"], ["string"])
        findings = []
        for partner in partners:
            empty = [name for name in labels if not partner[name]]
            if empty:
                text = self.env._(
                    "The address of %(name)s lacks: %(fields)s.",
                    name=partner.display_name,
                    fields=", ".join(labels[name]["string"] for name in empty),
                )
                findings.append(make_finding("address", WARNING, text, "open", partner))
        return findings
