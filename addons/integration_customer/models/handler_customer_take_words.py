from markupsafe import Markup

from odoo import models


class HandlerCustomerPull(models.AbstractModel):
    """What was taken over, and what asks a person, where people look."""

    _inherit = "integration.handler.customer_pull"

    def _tell(self, flow, takings):
        changed = [taking for taking in takings if taking.changed]
        connector = flow.connector_id
        push = self.env["integration.handler.customer_push"]
        head = self.env._("Changed in %s and taken over:", connector.name)
        customers = self.env["res.partner"].browse(item.customer.id for item in changed)
        customers._message_log_batch(
            {
                item.customer.id: push._describe(head, item.taken_rows, is_taken=True)
                for item in changed
            }
        )
        self.env["integration.change"]._note(
            connector, [self._prepare_change(connector, item) for item in changed]
        )
        for taking in takings:
            kept = [row for side in taking.sides for row in side.get_rows(side.kept)]
            if kept:
                # as where sending meets it
                push._tell(flow, taking.customer, {"overwritten": [], "kept": kept})
            self._tell_archived(flow, taking)

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
        connector = flow.connector_id
        archived = [side for side in taking.sides if side.is_archived_there]
        # the legal address is no record of its own here
        names = [side.ours["name"] for side in archived if not side.is_main]
        notes = []
        if names:
            notes.append(
                self.env._(
                    "%(names)s: archived in %(connector)s. Archive it here as well, or have"
                    " it restored there; until then new orders may still go to it.",
                    names=", ".join(dict.fromkeys(names)),
                    connector=connector.name,
                )
            )
        if any(side.is_main for side in archived):
            notes.append(
                self.env._(
                    "The legal address was archived in %(connector)s, and it is not clear"
                    " which one took its place. Have it restored and corrected there; until"
                    " then new orders may still go to it.",
                    connector=connector.name,
                )
            )
        if notes:
            self.env["integration.handler.customer_push"]._warn(
                connector,
                taking.customer,
                self.env._("Archived in %s", connector.name),
                Markup("").join(Markup("<p>%s</p>") % note for note in notes),
            )

    def _tell_refused(self, flow, refused):
        """:param dict refused: ``{taking: why it can't be written here}``"""
        connector = flow.connector_id
        push = self.env["integration.handler.customer_push"]
        head = self.env._(
            "Correct it in %(connector)s, or enter here what is right:",
            connector=connector.name,
        )
        for taking, reason in refused.items():
            push._warn_once(
                connector,
                taking.customer,
                self.env._("Change not taken over from %s", connector.name),
                Markup("<p>%s</p>%s")
                % (reason, push._describe(head, taking.taken_rows)),
            )
