from datetime import datetime

from odoo import models


class HandlerCustomerPull(models.AbstractModel):
    """First load of what was changed in the ERP: of all linked customers, also those whose
    change is further back than the flow has read. Nobody is created or linked by it."""

    _inherit = "integration.handler.customer_pull"

    def _load_get_source(self, flow):
        return "integration.external.id", [
            ("connector_id", "=", flow.connector_id.id),
            ("kind", "=", "party"),
            ("res_model", "=", "res.partner"),
        ]

    def _load_prepare(self, flow, records):
        return {
            "remote_ids": records.mapped("remote_id"),
            "moment": self.env.cr.now().isoformat(),
        }

    @staticmethod
    def _load_call(client, request):
        remote_ids = request["remote_ids"]
        states = client.party_read(remote_ids) if remote_ids else []
        return {**request, "states": dict(zip(remote_ids, states, strict=True))}

    def _load_write(self, flow, answer):
        self._take_states(
            flow, answer["states"], datetime.fromisoformat(answer["moment"])
        )

    def _load_compare(self, flow, answer):
        """What is found out before anything is written: writing a customer tells people,
        which can't be taken back."""
        takings, outdated = self._find_takings(
            flow, answer["states"], datetime.fromisoformat(answer["moment"])
        )
        by_remote_id = {taking.party_link.remote_id: taking for taking in takings}
        links = self._load_find(flow, [("remote_id", "in", answer["remote_ids"])])
        partners = self.env["res.partner"].browse(links.mapped("res_id")).exists()
        lines = []
        for link in links:
            partner = partners.filtered(lambda item, link=link: item.id == link.res_id)
            lines.append(
                {
                    "name": partner.display_name
                    or link.remote_number
                    or link.remote_id,
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "remote_id": link.remote_id,
                    "remote_number": link.remote_number,
                    "payload": {"id": link.id},
                    **self._get_load_outcome(
                        answer["states"][link.remote_id],
                        by_remote_id.get(link.remote_id),
                        link.remote_id in outdated,
                    ),
                }
            )
        return lines

    def _get_load_outcome(self, state, taking, is_outdated):
        """
        :param state: ``contract.PartyState``, or None where it is gone
        :param taking: :class:`Taking`, or None where none is read here
        """
        if state is None:
            return {
                "outcome": "change",
                "detail": self.env._(
                    "No longer there: merged or deleted. It is unlinked here."
                ),
            }
        if is_outdated:
            return {
                "outcome": "same",
                "detail": self.env._("Was sent just now: compare it once more."),
            }
        if not taking:
            return {
                "outcome": "same",
                "detail": self.env._(
                    "Deleted here, or of another company: left alone."
                ),
            }
        kept = [row for side in taking.sides for row in side.get_rows(side.kept)]
        notes = [self._say_row(*row) for row in taking.taken_rows]
        notes += [
            self.env._("changed on both sides and kept: %s", self._say_row(*row))
            for row in kept
        ]
        notes += [
            self.env._("%s: archived there", side.ours["name"])
            for side in taking.sides
            if side.is_archived_there
        ]
        outcome = "attention" if notes else "same"
        return {
            "outcome": "change" if taking.changed else outcome,
            "detail": "; ".join(notes),
        }

    def _say_row(self, whose, field, theirs, ours):
        push = self.env["integration.handler.customer_push"]
        return self.env._(
            "%(whose)s, %(field)s: %(ours)s → %(theirs)s",
            whose=whose,
            field=push._get_field_label(field),
            ours=push._get_shown_value(field, ours) or "–",
            theirs=push._get_shown_value(field, theirs) or "–",
        )
