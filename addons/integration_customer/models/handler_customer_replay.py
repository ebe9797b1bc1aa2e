from odoo import models
from odoo.exceptions import ValidationError

# what a customer is found by where the system can't keep our key
SEARCHED = ("name", "vat", "email")
# addresses of a customer that is linked: neither looked for nor made again
LINKED = "address_ids"


class HandlerCustomerPush(models.AbstractModel):
    """Customers once more, as they were sent or corrected by hand: never made twice."""

    _inherit = "integration.handler.customer_push"

    # -- replay -----------------------------------------------------------------------

    def _renew_requests(self, flow, requests):
        """What is linked by now is that one, whatever was changed there since."""
        requests = super()._renew_requests(flow, requests)
        with_party = {
            job: request for job, request in requests.items() if "party" in request
        }
        updates = {
            job: request for job, request in with_party.items() if "links" in request
        }
        pushes = {
            job: request for job, request in with_party.items() if job not in updates
        }
        return {
            **requests,
            **self._renew_updates(flow, updates),
            **self._renew_pushes(flow, pushes),
        }

    def _renew_updates(self, flow, requests):
        links = self._get_links(
            flow.connector_id,
            {job: request["party"] for job, request in requests.items()},
        )
        rules = flow.connector_id._get_customer_ownership()
        renewed = {}
        for job, request in requests.items():
            link = links["party"].get(job.res_id)
            if not link:
                # deleted, or no longer linked: nothing over there is its counterpart
                renewed[job] = {**request, "is_same": True}
                continue
            renewed[job] = {
                **{name: value for name, value in request.items() if name != "is_same"},
                "remote_id": link.remote_id,
                **self._get_known(request["party"], link, links, rules),
            }
        return renewed

    def _renew_pushes(self, flow, requests):
        Partner = self.env["res.partner"]
        keys = {
            job: [address["key"] for address in request["party"]["addresses"]]
            for job, request in requests.items()
        }
        partners = Partner.browse([job.res_id for job in requests]).exists()
        linked = self.env["integration.external.id"]._get_remote_ids(
            flow.connector_id, "party", partners
        )
        there = set(
            Partner.browse({int(key[1:]) for group in keys.values() for key in group})
            .exists()
            .ids
        )
        found = self._get_remote_addresses(
            flow.connector_id,
            {
                job.res_id: {int(key[1:]) for key in group} & there
                for job, group in keys.items()
                if job.res_id in linked
            },
        )
        renewed = {}
        for job, request in requests.items():
            renewed[job] = {
                **{name: value for name, value in request.items() if name != LINKED},
                "party_id": linked.get(job.res_id, ""),
            }
            if job.res_id in linked:
                renewed[job][LINKED] = {
                    key: found[job.res_id, int(key[1:])]
                    for key in keys[job]
                    if (job.res_id, int(key[1:])) in found
                }
            elif job.res_id not in partners.ids:
                # deleted here since: not to be made there any more
                renewed[job]["is_nobody"] = True
        return renewed

    # -- corrected by hand ------------------------------------------------------------

    def _check_request(self, flow, job, request):
        super()._check_request(flow, job, request)
        before = job._get_request_to_correct()
        if not isinstance(before, dict) or not isinstance(request, dict):
            return
        keys, former_keys = _get_address_keys(request), _get_address_keys(before)
        if (
            _get_identity(request) != _get_identity(before)
            or len(set(keys)) < len(keys)
            or not set(keys) <= set(former_keys)
        ):
            raise ValidationError(
                self.env._(
                    "Keys and IDs must stay as they are: customers and addresses are found"
                    " by them, so that they are never made twice."
                )
            )
        if (
            flow.connector_id.key_storage == "none"
            and "party" in before
            and any(
                before["party"][name] != request["party"][name] for name in SEARCHED
            )
            and job._find_unsettled()
        ):
            raise ValidationError(
                self.env._(
                    "The answer to an earlier call was lost, so the customer may be there"
                    " already. It is looked for by name, VAT number and e-mail: these must"
                    " stay. Retry the job first."
                )
            )


def _get_address_keys(request):
    """:return: list of keys, None for what has none"""
    return [
        address.get("key") if isinstance(address, dict) else None
        for address in (request.get("party") or {}).get("addresses", ())
    ]


def _get_identity(request):
    """What says which records over there are meant."""
    return {
        "party": (request.get("party") or {}).get("key"),
        "party_id": request.get("party_id"),
        "remote_id": request.get("remote_id"),
        LINKED: request.get(LINKED),
        "links": {
            key: link.get("remote_id")
            for key, link in (request.get("links") or {}).items()
        },
        "archive": request.get("archive"),
    }
