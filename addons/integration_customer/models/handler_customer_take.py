from odoo import models

from odoo.addons.integration_hub.refusal import REFUSALS, get_reason

from ..compare import REGION_FIELDS, get_country_code
from ..fingerprint import pack
from ..takeover import find_changes
from .integration_flow import OUR_FIELDS


class Taking:
    """What becomes of one customer that was read."""

    def __init__(self, customer, party, state, links):
        self.customer = customer
        self.party = party
        self.state = state
        self.party_link = links["party"][customer.id]
        #: external ids by address key
        self.links = {
            address["key"]: links["address"][int(address["key"][1:])]
            for address in party["addresses"]
            if int(address["key"][1:]) in links["address"]
        }
        self.sides = []
        self.remote_ids = {}  # of its addresses, by their keys

    @property
    def last_written(self):
        return max(link.write_date for link in (self.party_link, *self.links.values()))

    @property
    def changed(self):
        return [side for side in self.sides if side.taken]

    @property
    def taken_rows(self):
        """list of ``[whose, field, theirs, ours]``"""
        return [row for side in self.sides for row in side.get_rows(side.taken)]


class HandlerCustomerPull(models.AbstractModel):
    """Changes of the ERP are written here, as far as it owns what was changed."""

    _inherit = "integration.handler.customer_pull"

    def _take_states(self, flow, states, moment):
        """
        :param dict states: ``{remote id: contract.PartyState, None where it is gone}``
        :param moment: when their reading was prepared
        """
        connector = flow.connector_id
        push = self.env["integration.handler.customer_push"]
        if gone := [key for key, state in states.items() if state is None]:
            push._drop_links(connector, gone, [])
        takings, outdated = self._find_takings(flow, states, moment)
        self._enqueue_read(flow, outdated)
        takings = self._write_here(flow, takings)
        self._note_marks(connector, takings)
        self._tell(flow, takings)
        push_flow = connector._get_flow("customer_push")
        if push_flow:
            # contacts have moved along with their company here, perhaps not there
            push._enqueue_rest(
                push_flow,
                self.env["res.partner"].browse(
                    item.customer.id for item in takings if item.changed
                ),
            )

    def _find_takings(self, flow, states, moment):
        """What would be written here; for the parameters see :meth:`_take_states`.

        :return: ``(takings, outdated)``: list of :class:`Taking`, and remote ids of those
            that have to be read once more
        """
        connector = flow.connector_id
        push = self.env["integration.handler.customer_push"]
        partner_ids = self.env["integration.external.id"]._get_local_ids(
            connector,
            "party",
            "res.partner",
            [key for key, state in states.items() if state is not None],
        )
        # as where they are sent: those of another company are none of this connector's
        customers = (
            self.env["res.partner"]
            .browse(partner_ids.values())
            .exists()
            .filtered(lambda p: not p.company_id or p.company_id == flow.company_id)
        )
        payloads = customers._prepare_erp_full_payloads()
        links = push._get_links(connector, payloads)
        rules = connector._get_customer_ownership()
        takings, outdated = [], []
        for remote_id, partner_id in partner_ids.items():
            customer = customers.browse(partner_id)
            if customer not in payloads or partner_id not in links["party"]:
                continue
            party = payloads[customer]
            taking = Taking(customer, party, states[remote_id], links)
            if taking.last_written > moment:
                # ours was sent meanwhile: what was read may be older than that
                outdated.append(remote_id)
                continue
            known = push._get_known(party, taking.party_link, links, rules)
            taking.sides, taking.remote_ids = find_changes(
                party, taking.state, known, rules
            )
            takings.append(taking)
        return takings, outdated

    # -- the records here -------------------------------------------------------------

    def _write_here(self, flow, takings):
        """:return: ``takings`` without those that can't be written"""
        changing = [taking for taking in takings if taking.changed]
        regions = self._find_regions(changing)
        refused = {}
        for taking in changing:
            try:
                with self.env.cr.savepoint():
                    for side in taking.changed:
                        record = self._get_record(taking, side).with_context(
                            # it does not go back to where it comes from
                            integration_source_connector_id=flow.connector_id.id
                        )
                        record.write(self._prepare_values(side, regions))
            except REFUSALS as error:
                refused[taking] = get_reason(self.env, error)
        self._tell_refused(flow, refused)
        return [taking for taking in takings if taking not in refused]

    def _get_record(self, taking, side):
        if not side.key:
            return taking.customer
        return taking.customer.browse(int(side.key[1:]))

    def _find_regions(self, takings):
        """:return: ``{country code: country}`` and ``{(country code, state code): state}``
        of the addresses that change"""
        places = [
            side.theirs
            for taking in takings
            for side in taking.changed
            if side.key and set(side.taken) & set(REGION_FIELDS)
        ]
        countries = self.env["res.country"].search(
            [("code", "in", [place["country_code"] for place in places])]
        )
        states = self.env["res.country.state"].search(
            [
                ("country_id", "in", countries.ids),
                ("code", "in", [place["state_code"] for place in places]),
            ]
        )
        return (
            {country.code: country for country in countries},
            {(state.country_id.code, state.code): state for state in states},
        )

    def _prepare_values(self, side, regions):
        """:return: values for ``write`` of the customer, or of one of its addresses"""
        theirs = side.theirs
        values = {
            OUR_FIELDS.get(name, name): theirs[name].strip() or False
            for name in side.taken
            if name not in REGION_FIELDS
        }
        if "city" in side.taken and not theirs["state_code"]:
            # where a system knows no states, ours stands beside the city
            city = theirs["city"].removesuffix(f", {side.ours['state_name']}")
            values["city"] = city or False
        if set(side.taken) & set(REGION_FIELDS):
            countries, states = regions
            code = theirs["country_code"]
            if not code or code in countries:
                values["country_id"] = countries[code].id if code else False
                state = states.get((code, theirs["state_code"]))
                # rather none than one of another country
                values["state_id"] = state.id if state else False
        return values

    # -- what is known from now on ----------------------------------------------------

    def _note_marks(self, connector, takings):
        """Both sides as they are by now: neither is news to the other."""
        changed = self.env["res.partner"].browse(
            taking.customer.id for taking in takings if taking.changed
        )
        fresh = changed._prepare_erp_full_payloads()
        parties, addresses = [], []
        for taking in takings:
            party = fresh.get(taking.customer, taking.party)
            country_code = get_country_code(party)
            ours = {address["key"]: address for address in party["addresses"]}
            for side in taking.sides:
                link = taking.links[side.key] if side.key else taking.party_link
                sent, received = side.get_marks(
                    ours[side.key] if side.key else party,
                    "" if side.key else country_code,
                )
                values = {
                    "remote_id": taking.remote_ids.get(side.key, link.remote_id),
                    "sent_hash": pack(sent),
                    "received_hash": pack(received),
                }
                if any(link[name] != value for name, value in values.items()):
                    (addresses if side.key else parties).append(
                        (
                            self._get_record(taking, side),
                            {**values, "received_at": self.env.cr.now()},
                        )
                    )
        external_ids = self.env["integration.external.id"]
        external_ids._bind(connector, "party", parties)
        external_ids._bind(connector, "address", addresses)
