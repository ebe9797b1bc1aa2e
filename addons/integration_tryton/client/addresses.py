"""Addresses of a customer in Tryton: found by what is written on them, or created."""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    get_hold_back,
    in_chunks,
    send_by_halving,
    send_in_chunks,
)

_lt = TextMaker(__name__)

CREATE_SIZE = 100
ADDRESS_FIELDS = (
    "party",
    "party.name",
    "attn",
    "party_name",
    "street",
    "postal_code",
    "city",
    "country.code",
    "invoice",
    "delivery",
)


class AddressesMixin:
    """The verb ``party_addresses``, and the values of an address."""

    def party_addresses(self, requests):
        try:
            self._load_country_ids(requests)
            existing = self._read_addresses(
                {int(request["party_id"]) for request in requests}
            )
        except IntegrationError as error:
            return [error] * len(requests)
        answers = [{} for _request in requests]
        missing = []
        for index, request in enumerate(requests):
            party_id = int(request["party_id"])
            known = existing.get(party_id, {})
            absent = []
            for address in request["addresses"]:
                found = [
                    known[likeness]
                    for likeness in _get_likenesses(address)
                    if likeness in known
                ]
                if found:
                    answers[index][address["key"]] = str(found[0])
                else:
                    absent.append((index, party_id, address))
            hold_back = absent and get_hold_back(request.get("unsettled_until"))
            if hold_back:
                answers[index] = hold_back
            else:
                missing += absent
        created = send_in_chunks(
            self._create_addresses, in_chunks(missing, CREATE_SIZE)
        )
        for (index, _party_id, address), answer in zip(missing, created, strict=True):
            if isinstance(answer, IntegrationError):
                answers[index] = answer
            elif isinstance(answers[index], dict):
                answers[index][address["key"]] = answer
        return answers

    def _read_addresses(self, party_ids):
        """:return: dict ``{party id: {likeness: address id}}``, older ones first"""
        rows = self.search_read(
            "party.address", [["party", "in", sorted(party_ids)]], ADDRESS_FIELDS
        )
        addresses = {}
        for row in sorted(rows, key=lambda row: row["id"]):
            street, _sep, street2 = (row["street"] or "").partition("\n")
            own_name = row["party."]["name"] or ""
            name = row["attn"] or row["party_name"] or own_name
            known = addresses.setdefault(row["party"], {})
            # the customer's own address need not repeat its name
            for shown_name in {name, "" if name == own_name else name}:
                likeness = _get_likeness(
                    shown_name,
                    street,
                    street2,
                    row["postal_code"] or "",
                    row["city"] or "",
                    (row["country."] or {}).get("code") or "",
                )
                known.setdefault(likeness, row["id"])
        return addresses

    def _create_addresses(self, missing):
        party_ids = [party_id for _index, party_id, _address in missing]
        names = self.read_records("party.party", party_ids, ["name"])
        ids = self.create_records(
            "party.address",
            [
                {
                    "party": party_id,
                    **self._prepare_address(address, names[party_id]["name"]),
                }
                for _index, party_id, address in missing
            ],
            skip_warnings=True,
        )
        self._create_address_mechanisms(missing, ids)
        return [str(address_id) for address_id in ids]

    def _create_address_mechanisms(self, missing, ids):
        """E-mail and phone of new addresses. They come along, they decide nothing: what
        Tryton refuses here leaves the address as good as it is."""
        values = []
        for (_index, party_id, address), address_id in zip(missing, ids, strict=True):
            mechanisms = []
            for kind in ("email", "phone"):
                self._add_mechanism(
                    mechanisms, kind, address[kind], name=address["name"]
                )
            values += [
                {"party": party_id, "address": address_id, **mechanism}
                for mechanism in mechanisms
            ]
        if values:
            send_by_halving(self._create_mechanisms, values)

    def _create_mechanisms(self, values):
        return self.create_records(
            "party.contact_mechanism", values, skip_warnings=True
        )

    def _prepare_address(self, address, party_name, is_lenient=False):
        """:return: values of ``party.address.create``, without the party"""
        country_id, subdivision_id = self._get_country_ids(address)
        if is_lenient:
            # Tryton takes only some types of subdivision, country by country
            subdivision_id = None
        values = {
            "street_unstructured": "\n".join(
                filter(None, (address["street"].strip(), address["street2"].strip()))
            ),
            "postal_code": address["zip"].strip(),
            "city": address["city"].strip(),
            "country": country_id,
            "subdivision": subdivision_id,
            **get_uses(address["kind"]),
        }
        name = address["name"].strip()
        if name and name != party_name.strip() and address["kind"] != "main":
            is_person = address["kind"] == "contact"
            values["attn" if is_person else "party_name"] = name
        if address["state_name"] and not subdivision_id:
            # a state Tryton has not set up must still stand on the label
            values["city"] = ", ".join(
                filter(None, (values["city"], address["state_name"]))
            )
        return values

    # -- countries --------------------------------------------------------------------

    def _load_country_ids(self, holders):
        """Ask once for the countries and states of many addresses."""
        addresses = [address for holder in holders for address in holder["addresses"]]
        self.get_ids_by_code(
            "country.country",
            {address["country_code"] for address in addresses},
            of_batch=True,
        )
        self.get_ids_by_code(
            "country.subdivision",
            {_get_subdivision_code(address) for address in addresses} - {""},
            of_batch=True,
        )

    def _get_country_ids(self, address):
        """:return: (country id, subdivision id), None where there is none"""
        code = address["country_code"]
        if not code:
            return None, None
        country_id = self.get_ids_by_code("country.country", [code]).get(code)
        if not country_id:
            raise ValidationError(
                _lt(
                    "Tryton knows no country with the code %(code)s. Its"
                    " administrator loads the countries with"
                    " trytond_import_countries; then send this again.",
                    code=code,
                )
            )
        subdivision_code = _get_subdivision_code(address)
        known = self.get_ids_by_code("country.subdivision", [subdivision_code])
        return country_id, known.get(subdivision_code)


def get_uses(kind):
    """What Tryton proposes an address for in its own documents (``Party.address_get``)."""
    return {
        "invoice": kind in ("main", "invoice"),
        "delivery": kind in ("main", "delivery"),
    }


def _get_subdivision_code(address):
    if not address["country_code"] or not address["state_code"]:
        return ""
    return f"{address['country_code']}-{address['state_code']}"


def _get_likenesses(address):
    """What this address may look like over there, see :meth:`_prepare_address`."""
    cities = [address["city"]]
    if address["state_name"]:
        cities.append(", ".join(filter(None, (address["city"], address["state_name"]))))
    # the name on a main address is the customer's, however it is spelled over there
    name = "" if address["kind"] == "main" else address["name"]
    return [
        _get_likeness(
            name,
            address["street"],
            address["street2"],
            address["zip"],
            city,
            address["country_code"],
        )
        for city in cities
    ]


def _get_likeness(name, street, street2, postal_code, city, country_code):
    """What two addresses share that are the same to a postman."""
    parts = (
        name,
        f"{street} {street2}",
        postal_code.replace(" ", ""),
        city,
        country_code,
    )
    return tuple(" ".join(part.split()).casefold() for part in parts)
