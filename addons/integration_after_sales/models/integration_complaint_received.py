from markupsafe import Markup

from odoo import api, fields, models

from ..values import get_hash, to_moment
from .integration_complaint import CLOSED_STATES


class IntegrationComplaint(models.Model):
    """What comes back of a complaint, and what is opened over there."""

    _inherit = "integration.complaint"

    # -- what comes back --------------------------------------------------------------

    @api.private
    def _receive(self, connector, states, is_quiet=False):
        """Keep what is new, once.

        :param connector: ``integration.connector``
        :param states: list of ``contract.ComplaintState``
        :param bool is_quiet: nobody is told of those that come in: a first load
        :return: the complaints of ``states`` that concern us
        """
        known = self._find_received(connector, states)
        parties = self.env["integration.external.id"]._get_local_ids(
            connector, "party", "res.partner", {item["party_id"] for item in states}
        )
        partners = self.env["res.partner"].browse(parties.values()).exists()
        currencies = self._get_currencies(states)
        received, changes, steps, news = self.browse(), [], [], {}
        for state in states:
            complaint = known.get(state["remote_id"])
            partner = partners.browse(parties.get(state["party_id"])) & partners
            if not complaint and not partner:
                # of somebody we don't know
                continue
            is_new = not complaint
            if is_new:
                complaint = self._create_received(connector, state, partner, is_quiet)
            received |= complaint
            if complaint.received_hash == get_hash(state):
                continue
            news[complaint] = complaint._write_received(
                state, currencies, is_new, steps
            )
            changes.append(
                {
                    "record": complaint,
                    "key": f"complaint:{state['remote_id']}",
                    "name": complaint.display_name,
                    "after": state,
                }
            )
        received.checked_at = self.env.cr.now()
        self.env["integration.complaint.step"].create(steps)
        self.env["integration.change"]._note(connector, changes)
        for complaint, sentences in news.items():
            if sentences:
                complaint._tell(" ".join(sentences))
        return received

    def _find_received(self, connector, states):
        """:return: dict ``{remote id: complaint}``"""
        found = {
            complaint.remote_id: complaint
            for complaint in self.with_context(active_test=False).search(
                [
                    ("connector_id", "=", connector.id),
                    ("remote_id", "in", [item["remote_id"] for item in states]),
                ]
            )
        }
        keys = {
            key: item["remote_id"]
            for item in states
            if item["remote_id"] not in found
            for key in item["keys"]
        }
        for key, complaint in self._find_by_keys(keys).items():
            # a copy made over there bears our key as well: the first one is ours
            if complaint.connector_id == connector and not complaint.remote_id:
                found.setdefault(keys[key], complaint)
        return found

    def _create_received(self, connector, state, partner, is_quiet):
        """Opened over there: it comes in with its customer, order and product."""
        external_ids = self.env["integration.external.id"]
        orders = external_ids.search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", "order"),
                ("remote_id", "=", state["order_id"] or "-"),
            ]
        )
        order = (
            self.env["sale.order"]
            .browse(
                orders.filtered(lambda item: item.res_model == "sale.order").mapped(
                    "res_id"
                )
            )
            .exists()
        )
        lead = (
            self.env["crm.lead"]
            .browse(
                orders.filtered(lambda item: item.res_model == "crm.lead").mapped(
                    "res_id"
                )
            )
            .exists()
        )
        if order.partner_id.commercial_partner_id != partner.commercial_partner_id:
            order = order.browse()
        mapping = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", connector.id),
                ("remote_id", "=", state["product_id"] or "-"),
                ("state", "=", "mapped"),
            ],
            limit=1,
        )
        text = state["text"].strip()
        lead = lead or order.opportunity_id
        user = order.user_id or lead.user_id or partner.user_id
        complaint = self.with_context(
            mail_create_nolog=True,
            # told below, all in one
            mail_auto_subscribe_no_notify=True,
            integration_source_connector_id=connector.id,
        ).create(
            {
                "origin": "erp",
                "connector_id": connector.id,
                "company_id": connector.company_id.id,
                "partner_id": partner.id,
                "subject": text.splitlines()[0][:200]
                if text
                else self.env._("Service order %s", state["number"]),
                "description": text,
                "sale_order_id": order.id,
                "lead_id": lead.id,
                "product_id": mapping.product_id.id,
                "quantity": abs(float(state["quantity"] or 0))
                / (mapping.factor or 1.0),
                "wish": "other",
                "kind_id": self._get_other_kind().id,
                "date": state["date"] or fields.Date.to_string(fields.Date.today()),
                "user_id": user.id,
                "sync_state": "sent",
                "remote_id": state["remote_id"],
            }
        )
        if not is_quiet:
            complaint._tell(self.env._("Opened in %s.", connector.name))
        return complaint

    def _get_other_kind(self):
        kinds = self.env["integration.complaint.kind"]
        return self.env.ref(
            "integration_after_sales.complaint_kind_other", raise_if_not_found=False
        ) or kinds.search([], order="sequence desc, id desc", limit=1)

    def _write_received(self, state, currencies, is_new, steps):
        """
        :param bool is_new: it came in just now, which was told
        :param list steps: gets the values of steps to create
        :return: list of sentences: what is to be told
        """
        self.ensure_one()
        before = self.state
        values = {
            "state": state["state"],
            "remote_id": state["remote_id"],
            "remote_number": state["number"],
            "remote_url": state["url"],
            "remarks": state["remarks"] or False,
            "received_hash": get_hash(state),
        }
        if self.origin == "erp":
            values["description"] = state["text"]
        if before != state["state"]:
            values["closed_at"] = (
                to_moment(state["changed_at"])
                if state["state"] in CLOSED_STATES
                else False
            )
        remarks = self.remarks
        connector = self.connector_id
        # what comes from there is not sent back
        self.with_context(
            integration_source_connector_id=connector.id,
            mail_notrack=True,
        ).write(values)
        news = self._write_steps(state, currencies, before, steps)
        if is_new:
            return []
        if values["remarks"] and values["remarks"] != remarks:
            news.append(self.env._("They write: %s", values["remarks"]))
        return news

    def _write_steps(self, state, currencies, before, steps):
        """Upsert the history; what is gone over there goes here as well.

        :param list steps: gets the values of those to create
        :return: list of sentences: what is new
        """
        Step = self.env["integration.complaint.step"]
        known = {step.remote_key: step for step in self.step_ids}
        news, to_create = [], []
        if before != state["state"]:
            label = dict(self._fields["state"]._description_selection(self.env))
            key = f"state {state['state']} {state['changed_at']}"
            if key not in known:
                to_create.append(
                    {
                        "remote_key": key,
                        "kind": "state",
                        "name": label[state["state"]],
                        "date": to_moment(state["changed_at"]),
                    }
                )
            if state["state"] != "new":
                news.append(
                    self.env._(
                        "%(erp)s: %(state)s.",
                        erp=self.connector_id.name,
                        state=label[state["state"]],
                    )
                )
        kinds = dict(Step._fields["kind"]._description_selection(self.env))
        step_states = dict(Step._fields["state"]._description_selection(self.env))
        for item in state["steps"]:
            values = self._prepare_step(item, currencies)
            step = known.pop(item["remote_id"], None)
            if not step:
                to_create.append({**values, "remote_key": item["remote_id"]})
            state_before = step.state if step else None
            if step:
                step.write(values)
            if item["kind"] in ("return", "credit_note") and (
                not step
                or (
                    item["state"] in ("done", "cancelled")
                    and item["state"] != state_before
                )
            ):
                news.append(
                    self.env._(
                        "%(kind)s %(number)s: %(state)s.",
                        kind=kinds[item["kind"]],
                        number=item["number"] or "",
                        state=step_states.get(item["state"], "").lower(),
                    )
                )
        steps += [{**values, "complaint_id": self.id} for values in to_create]
        Step.union(*(step for step in known.values() if step.kind != "state")).unlink()
        return news

    def _prepare_step(self, item, currencies):
        currency = currencies.get(item["currency"])
        return {
            "kind": item["kind"],
            "name": item["name"] or False,
            "remote_number": item["number"] or False,
            "remote_url": item["url"] or False,
            "state": item["state"],
            "quantity": float(item["quantity"] or 0),
            "unit_name": item["unit"] or False,
            "amount": float(item["amount"] or 0) if currency else 0.0,
            "currency_id": currency.id if currency else False,
            "date": to_moment(item["date"]),
        }

    def _get_currencies(self, states):
        codes = {step["currency"] for item in states for step in item["steps"]}
        return {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", [*codes])])
        }

    @api.private
    def _mark_deleted(self):
        """No longer over there."""
        gone = self.filtered(lambda item: item.state != "deleted")
        for complaint in gone:
            connector = complaint.connector_id
            complaint.with_context(integration_source_connector_id=connector.id).write(
                {
                    "state": "deleted",
                    "closed_at": self.env.cr.now(),
                    # should it be found again, it is news
                    "received_hash": False,
                }
            )
            complaint._tell(self.env._("It was deleted in %s.", connector.name))
        self.checked_at = self.env.cr.now()

    # -- people told ------------------------------------------------------------------

    def _tell(self, text):
        """One line to the salesperson and the colleagues who follow. What the people in
        the ERP write is not for the customer, who may follow as well."""
        self.ensure_one()
        self.message_post(
            body=text,
            subtype_xmlid="integration_after_sales.mt_complaint_news",
            partner_ids=self.user_id.partner_id.ids,
        )

    @api.private
    def _tell_overwritten(self, rows):
        """What happened is ours to tell: what was changed there meanwhile is put on
        record."""
        labels = {
            "text": self.env._("Text"),
            "product_id": self.env._("Product (ID there)"),
            "quantity": self.env._("Quantity"),
        }
        items = Markup("").join(
            Markup("<li>%s: <pre>%s</pre></li>") % (labels[name], theirs)
            for name, theirs in rows
        )
        self.message_post(
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.env._(
                    "Replaced in %s, where it had been changed meanwhile:",
                    self.connector_id.name,
                ),
                items,
            )
        )
