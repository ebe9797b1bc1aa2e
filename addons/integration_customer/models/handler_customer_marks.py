from odoo import api, models

from ..fingerprint import PARTY_FIELDS, get_fields, get_fingerprints, pack, unpack

CHUNK = 1000


class HandlerCustomerPush(models.AbstractModel):
    """Links that are older than some of the fields that are sent."""

    _inherit = "integration.handler.customer_push"

    @api.model
    @api.private
    def _note_new_fields(self):
        """What was sent was noted field by field. A field that is compared since a later
        version counts as sent the way it is now: what is changed from now on goes over,
        and nobody is called for the rest.

        Run by the upgrade; once more, it finds nothing to do.
        """
        links = self.env["integration.external.id"].search(
            [
                ("kind", "in", ("party", "address")),
                ("res_model", "=", "res.partner"),
                ("sent_hash", "!=", False),
            ]
        )
        for start in range(0, len(links), CHUNK):
            self._note_as_sent(links[start : start + CHUNK])
            # memory: a database may have a hundred thousand of them
            self.env.flush_all()
            self.env.invalidate_all()

    def _note_as_sent(self, links):
        partners = self.env["res.partner"].browse(set(links.mapped("res_id"))).exists()
        for link in links:
            partner = partners.browse(link.res_id)
            if partner not in partners:
                continue
            if link.kind == "party":
                ours, names = partner._prepare_erp_party_payload([]), PARTY_FIELDS
            else:
                is_main = partner.commercial_partner_id == partner
                ours = partner._prepare_erp_address_payload(
                    "main" if is_main else "other"
                )
                names = get_fields(ours)
            known = unpack(link.sent_hash)
            missing = [name for name in names if name not in known]
            if missing:
                link.sent_hash = pack({**get_fingerprints(ours, missing), **known})
