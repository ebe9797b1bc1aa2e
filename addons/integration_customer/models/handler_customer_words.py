from odoo import api, models

from .integration_flow import OUR_FIELDS

# who is found by these was there before, as far as anybody can tell
FOUND_RULES = ("code", "vat", "email", "name")


class HandlerCustomerPush(models.AbstractModel):
    """Fields of customers and their values, in words for people."""

    _inherit = "integration.handler.customer_push"

    @api.private
    def _get_shown_request(self, request):
        """The customer alone: no fingerprints, and no keys."""
        request = super()._get_shown_request(request)
        if not isinstance(request, dict) or "party" not in request:
            # a snapshot that names the customer, or one that is found to be none
            return None
        party = request["party"]
        return {
            "party": {
                **_drop(party, "key", "addresses"),
                "addresses": [
                    # the code of the state says it; the key tells addresses apart
                    _drop(address, "state_name")
                    for address in party["addresses"]
                ],
            }
        }

    @api.private
    def _get_told_note(self, job):
        """Whoever was there is linked, not changed; and what the ERP owns it may keep."""
        answer = (job.answer or {}).get("value") or {}
        if answer.get("kept"):
            kept = [self._get_field_label(row[1]) for row in answer["kept"]]
            return (
                self.env._(
                    "Left as it is there, where it was changed as well: %s",
                    ", ".join(dict.fromkeys(kept)),
                ),
                True,
            )
        if job.operation == "push" and answer.get("rule") in FOUND_RULES:
            return (
                self.env._(
                    "Found there and linked. What stands there was left as it is."
                ),
                False,
            )
        if (
            job.operation == "push"
            and answer.get("remote_id")
            and not answer.get("rule")
        ):
            return (
                self.env._(
                    "Is linked already: only addresses that were missing there were sent."
                ),
                False,
            )
        return super()._get_told_note(job)

    def _get_field_label(self, name):
        """:param str name: of ``contract.Party`` or ``contract.Address``"""
        return self._describe_field(name)["string"]

    def _get_shown_value(self, name, value):
        if isinstance(value, bool):
            return self.env._("Yes") if value else self.env._("No")
        selection = self._describe_field(name).get("selection") or ()
        return dict(selection).get(value, value)

    def _describe_field(self, name):
        name = OUR_FIELDS.get(name, name)
        return self.env["res.partner"].fields_get([name], ["string", "selection"])[name]


def _drop(values, *names):
    return {name: value for name, value in values.items() if name not in names}
