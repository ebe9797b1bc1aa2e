from odoo import api, models

from .integration_flow import SENT_FIELDS

# where a contact belongs decides where it is sent
SYNCED_FIELDS = SENT_FIELDS | {"parent_id"}


class ResPartner(models.Model):
    """From a change to the queue: in the same transaction, one job per customer."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        # sudo: queue and links are not the user's to read; who may make a contact may
        # have it sent
        partners.sudo()._push_customers("created")
        return partners

    def write(self, vals):
        if not SYNCED_FIELDS & vals.keys():
            return super().write(vals)
        # sudo: see create
        flows = self.sudo()._get_customer_flows()
        if not flows:
            return super().write(vals)
        before = self.sudo()._get_synced_values()
        result = super().write(vals)
        after = self.sudo()._get_synced_values()
        changed = self.filtered(lambda partner: before[partner.id] != after[partner.id])
        moved = changed.filtered(
            lambda partner: before[partner.id][0] != after[partner.id][0]
        )
        if moved:
            moved.sudo()._leave_customers(
                flows, {partner.id: before[partner.id][0] for partner in moved}
            )
        changed.sudo()._push_customers("changed", flows)
        return result

    def unlink(self):
        # sudo: see create
        self.sudo()._archive_counterparts()
        return super().unlink()

    # -- helpers ----------------------------------------------------------------------

    def _get_customer_flows(self):
        """Flows customers go to now; none where the change came from there."""
        companies = self.env["res.company"].search([])
        source = self.env.context.get("integration_source_connector_id")
        flows = self.env["integration.flow"]._find_for_push("customer_push", companies)
        return flows.filtered(lambda flow: flow.connector_id.id != source)

    def _get_synced_values(self):
        """What is sent of each, with the customer it belongs to first."""
        names = sorted(SYNCED_FIELDS)
        return {
            partner.id: (
                partner.commercial_partner_id.id,
                *(partner[name] for name in names),
            )
            for partner in self
        }

    @api.private
    def _push_customers(self, trigger, flows=None):
        """Queue the customers these contacts are, or belong to.

        :param str trigger: what happened, for the queue
        """
        flows = self._get_customer_flows() if flows is None else flows
        if not flows or not self:
            return
        customers = self.commercial_partner_id
        linked = self.env["integration.external.id"]._read_group(
            [
                ("connector_id", "in", flows.connector_id.ids),
                ("kind", "=", "party"),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", customers.ids),
            ],
            ["connector_id"],
            ["res_id:array_agg"],
        )
        linked = {connector.id: set(ids) for connector, ids in linked}
        handler = self.env["integration.handler.customer_push"]
        for flow in flows:
            own = customers.filtered(
                lambda partner, flow=flow: (
                    not partner.company_id or partner.company_id == flow.company_id
                )
            )
            known = linked.get(flow.connector_id.id, set())
            to_update = own.filtered(lambda partner, known=known: partner.id in known)
            handler._enqueue_updates(flow, to_update, trigger)
            handler._enqueue_new(
                flow, flow._filter_new_customers(own - to_update), trigger
            )

    def _leave_customers(self, flows, former):
        """Contacts moved to another customer: what they were at the former one is archived
        there, at the new one they are made anew. Papers over there stay as they are.

        :param dict former: customer (id) each of ``self`` (id) belonged to
        """
        own_links = self._find_links(flows).filtered(
            lambda external_id: external_id.kind == "address"
        )
        # who was a customer stays one over there, with the main address
        main_links = own_links.filtered(lambda link: former[link.res_id] == link.res_id)
        main_links.unlink()
        self._archive_links(flows, own_links - main_links, "moved")
        self.browse(set(former.values())).exists()._push_customers("changed", flows)

    def _archive_counterparts(self):
        """Deleted here, archived there; never deleted there."""
        flows = self._get_customer_flows()
        if not flows or not self:
            return
        links = self._find_links(flows)
        self._archive_links(flows, links, "deleted")
        # contacts of a deleted customer stay here, each by itself; over there they are
        # archived with it
        children = self.with_context(active_test=False).search(
            [("commercial_partner_id", "in", self.ids), ("id", "not in", self.ids)]
        )
        children._find_links(flows).filtered(
            lambda link: link.kind == "address"
        ).unlink()

    def _find_links(self, flows):
        return self.env["integration.external.id"].search(
            [
                ("connector_id", "in", flows.connector_id.ids),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
            ]
        )

    def _archive_links(self, flows, external_ids, trigger):
        handler = self.env["integration.handler.customer_push"]
        for flow in flows.filtered(lambda flow: flow.archive_policy == "archive"):
            own = external_ids.filtered(
                lambda item, flow=flow: item.connector_id == flow.connector_id
            )
            parties = set(
                own.filtered(lambda item: item.kind == "party").mapped("res_id")
            )
            handler._enqueue_archive(
                flow,
                # a customer is archived as a whole, its main address with it
                own.filtered(
                    lambda item, parties=parties: (
                        item.kind == "party" or item.res_id not in parties
                    )
                ),
                trigger,
            )
        external_ids.unlink()
