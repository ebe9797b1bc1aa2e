from markupsafe import Markup

from odoo import models


class HandlerCustomerPull(models.AbstractModel):
    """What was taken over, and what asks a person, where people look."""

    _inherit = "integration.handler.customer_pull"

    def _tell(self, flow, takings):
        changed = [taking for taking in takings if taking.changed]
        connector = flow.connector_id
        head = self.env._("Changed in %s and taken over:", connector.name)
        customers = self.env["res.partner"].browse(item.customer.id for item in changed)
        customers._message_log_batch(
            {item.customer.id: self._describe_taken(head, item) for item in changed}
        )
        self.env["integration.change"]._note(
            connector, [self._prepare_change(connector, item) for item in changed]
        )
        push = self.env["integration.handler.customer_push"]
        for taking in takings:
            kept = [row for side in taking.sides for row in side.get_rows(side.kept)]
            if kept:
                # as where sending meets it
                push._tell(flow, taking.customer, {"overwritten": [], "kept": kept})
            self._tell_archived(flow, taking)

    def _describe_taken(self, head, taking):
        words = self.env["integration.handler.customer_push"]
        rows = [
            self.env._(
                "%(whose)s, %(field)s: “%(after)s”, before “%(before)s”",
                whose=whose,
                field=words._get_field_label(field),
                after=words._get_shown_value(field, theirs),
                before=words._get_shown_value(field, ours),
            )
            for side in taking.changed
            for whose, field, theirs, ours in side.get_rows(side.taken)
        ]
        return Markup("<p>%s</p><ul>%s</ul>") % (
            head,
            Markup("").join(Markup("<li>%s</li>") % row for row in rows),
        )

    def _prepare_change(self, connector, taking):
        """For the timeline: what it was here, and what it has become."""
        before, after = ({"addresses": []}, {"addresses": []})
        for side in taking.changed:
            for told, values in ((before, side.ours), (after, side.theirs)):
                part = {name: values[name] for name in side.taken}
                if side.key:
                    name = side.ours["name"]
                    told["addresses"].append({"name": name, **part, "key": side.key})
                else:
                    told |= part
        return {
            "record": taking.customer,
            "key": f"party:{taking.party_link.remote_id}",
            "name": self.env._("Changed in %s", connector.name),
            "before": before,
            "after": after,
        }

    def _tell_archived(self, flow, taking):
        """Whether it is to be archived here as well, a person says."""
        names = [side.ours["name"] for side in taking.sides if side.is_archived_there]
        if not names:
            return
        connector = flow.connector_id
        taking.customer.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Archived in %s", connector.name),
            note=self.env._(
                "%(names)s: archived in %(connector)s. Archive it here as well, or have"
                " it restored there; until then the next order asks.",
                names=", ".join(dict.fromkeys(names)),
                connector=connector.name,
            ),
            user_id=connector._get_person_in_charge().id,
        )

    def _tell_refused(self, flow, refused):
        """:param dict refused: ``{taking: why it can't be written here}``"""
        connector = flow.connector_id
        summary = self.env._("Change not taken over from %s", connector.name)
        for taking, reason in refused.items():
            if summary in taking.customer.activity_ids.mapped("summary"):
                continue
            taking.customer.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=self._describe_taken(reason, taking),
                user_id=connector._get_person_in_charge().id,
            )
