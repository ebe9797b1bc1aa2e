"""An ERP in memory that keeps to ``contract.py``. For logic and faults; the real ERPs are
in the tests of the suite's root."""

from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient

from .fake_gone import GoneRecords
from .fake_order_changes import OrderChanges
from .fake_order_search import OrderSearch

CENT = Decimal("0.01")


class FakeErp:
    """What is in the ERP, and what it has been asked."""

    def __init__(self):
        self.parties = {}  # remote id -> party with its addresses' remote ids
        self.orders = {}  # remote id -> dict
        self.products = {}  # remote id -> ProductAnswer
        self.values = defaultdict(list)  # kind -> [ValueAnswer]
        self.calls = Counter()
        self.faults = defaultdict(list)  # verb -> [error or callable], used up in turn
        self.surcharge = Decimal(0)  # what its totals are more than they should be
        self.keeps_keys = True  # or whatever our key is put in gets lost
        self.keeps_numbers = True
        self.gone = set()  # (kind, remote id) of what was deleted there
        self.next_id = 100

    def new_id(self):
        self.next_id += 1
        return str(self.next_id)

    def note(self, verb):
        self.calls[verb] += 1
        if self.faults[verb]:
            fault = self.faults[verb].pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        return None

    # -- what people over there do ----------------------------------------------------

    def add_party(self, name, vat="", email="", key=""):
        remote_id = self.new_id()
        self.parties[remote_id] = {
            "key": key,
            "name": name,
            "vat": vat,
            "email": email,
            "addresses": {},
        }
        return remote_id

    def get_order(self, key):
        [order] = [order for order in self.orders.values() if order["key"] == key]
        return order


class FakeClient(OrderSearch, OrderChanges, GoneRecords, SystemClient):
    erp = None
    order_batch_size = 100

    @property
    def stores_key(self):
        return self.erp.keeps_keys

    @property
    def key_is_unique(self):
        return self.erp.keeps_keys

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    # -- customers --------------------------------------------------------------------

    def party_match(self, parties):
        self.erp.note("party_match")
        answers = []
        for party in parties:
            last = () if self.stores_key else ("name",)
            for rule in ("key", "vat", "email", *last):
                hits = [
                    {
                        "remote_id": remote_id,
                        "number": f"C{remote_id}",
                        "name": known["name"],
                        "detail": known["vat"],
                        "url": f"http://erp/party/{remote_id}",
                        # one that bears no key of ours
                        "rule": "archived" if known.get("is_archived") else rule,
                    }
                    for remote_id, known in self.erp.parties.items()
                    if party[rule] and known[rule] == party[rule]
                ]
                if hits:
                    break
            answers.append(hits)
        return answers

    def party_create(self, parties):
        lost = self.erp.note("party_create")
        answers = []
        for party in parties:
            remote_id = self.erp.add_party(
                party["name"],
                party["vat"],
                party["email"],
                party["key"] if self.stores_key else "",
            )
            addresses = self._add_addresses(remote_id, party["addresses"])
            answers.append(
                {
                    "remote_id": remote_id,
                    "number": f"C{remote_id}",
                    "url": f"http://erp/party/{remote_id}",
                    "addresses": addresses,
                }
            )
        if lost:
            raise lost()
        return answers

    def party_addresses(self, requests):
        self.erp.note("party_addresses")
        return [
            self._add_addresses(request["party_id"], request["addresses"])
            for request in requests
        ]

    def party_read(self, remote_ids):
        self.erp.note("party_read")
        return [
            self._get_state(remote_id) if remote_id in self.erp.parties else None
            for remote_id in remote_ids
        ]

    def _get_state(self, remote_id):
        known = self.erp.parties[remote_id]
        addresses = [
            {
                **dict.fromkeys(("street2", "state_code", "email", "phone"), ""),
                **dict(
                    zip(
                        ("name", "street", "zip", "city", "country_code"),
                        signature,
                        strict=True,
                    )
                ),
                "remote_id": address_id,
                "active": True,
            }
            for signature, address_id in known["addresses"].items()
        ]
        return {
            "remote_id": remote_id,
            **{name: known[name] for name in ("name", "vat", "email")},
            "phone": "",
            "website": "",
            "active": True,
            "main_address_id": addresses[0]["remote_id"] if addresses else "",
            "addresses": addresses,
        }

    def party_update(self, updates):
        self.erp.note("party_update")
        return [True] * len(updates)

    def party_archive(self, requests):
        self.erp.note("party_archive")
        return [True] * len(requests)

    def _add_addresses(self, party_id, addresses):
        known = self.erp.parties[party_id]["addresses"]
        answer = {}
        for address in addresses:
            signature = tuple(
                address[name]
                for name in ("name", "street", "zip", "city", "country_code")
            )
            answer[address["key"]] = known.setdefault(signature, self.erp.new_id())
        return answer

    # -- products and values ----------------------------------------------------------

    def product_list(self, cursor, limit):
        self.erp.note("product_list")
        products = sorted(self.erp.products.values(), key=lambda p: p["remote_id"])
        start = int(cursor or 0)
        page = products[start : start + limit]
        return {
            "products": page,
            "cursor": str(start + len(page)),
            "more": start + len(page) < len(products),
        }

    def value_list(self, kind):
        self.erp.note("value_list")
        return self.erp.values[kind]

    # -- orders -----------------------------------------------------------------------

    def order_find(self, keys):
        self.erp.note("order_find")
        return {
            order["key"]: self._answer(order)
            for order in self.erp.orders.values()
            if order["key"] in keys
        }

    def order_create(self, orders):
        lost = self.erp.note("order_create")
        answers = []
        for request in orders:
            if refusal := self._get_refusal(request):
                answers.append(refusal)
                continue
            key = request["key"] if self.erp.keeps_keys else ""
            assert not key or all(
                order["key"] != key for order in self.erp.orders.values()
            )
            remote_id = self.erp.new_id()
            self.erp.orders[remote_id] = {
                "key": key,
                "remote_id": remote_id,
                "number": f"ERP{remote_id}",
                "state": "draft",
                "delivery_state": "none",
                "request": request,
                "version": self.erp.next_id,
                "invoices": [],
                "shipments": [],
            }
            answers.append(self._answer(self.erp.orders[remote_id]))
        if lost:
            raise lost()
        return answers

    def order_lines(self, remote_ids):
        self.erp.note("order_lines")
        return {
            remote_id: [
                {
                    "product_code": line["product_id"],
                    "description": line["description"],
                    "quantity": line["quantity"],
                    "unit_price": line["unit_price"],
                    "discount": line["discount"],
                    "total_untaxed": str(self._get_untaxed(line)),
                    "total": str(self._get_untaxed(line)),
                }
                for line in self.erp.orders[remote_id]["request"]["lines"]
                if line["kind"] == "product"
            ]
            for remote_id in remote_ids
        }

    def order_confirm(self, remote_ids):
        fault = self.erp.note("order_confirm")
        answers = []
        for remote_id in remote_ids:
            if fault:
                answers.append(fault())
                continue
            order = self.erp.orders[remote_id]
            order["state"] = "confirmed"
            order["delivery_state"] = "waiting"
            answers.append(self._answer(order))
        return answers

    def order_changes(self, cursor, limit, key_prefix):
        self.erp.note("order_changes")
        since = int(cursor or 0)
        changed = sorted(
            (order["version"], order["remote_id"])
            for order in self.erp.orders.values()
            if order["version"] >= since and order["key"].startswith(key_prefix)
        )
        page = changed[:limit]
        return {
            "remote_ids": [remote_id for _version, remote_id in page],
            "cursor": str(page[-1][0] if page else since),
            "more": len(changed) > limit,
        }

    def order_status(self, remote_ids):
        self.erp.note("order_status")
        answers = []
        for remote_id in remote_ids:
            order = self.erp.orders.get(remote_id)
            if not order:
                answers.append(self._gone(remote_id))
                continue
            answers.append(
                {
                    **self._answer(order),
                    "delivery_state": order["delivery_state"],
                    "invoices": order["invoices"],
                    "shipments": order["shipments"],
                }
            )
        return answers

    def _gone(self, remote_id):
        return {
            "remote_id": remote_id,
            "key": "",
            "number": "",
            "url": "",
            "state": "deleted",
            "delivery_state": "none",
            "currency": "",
            "total_untaxed": "0",
            "total_tax": "0",
            "total": "0",
            "invoices": [],
            "shipments": [],
        }

    # -- arithmetic -------------------------------------------------------------------

    def _get_untaxed(self, line):
        amount = Decimal(line["quantity"]) * Decimal(line["unit_price"])
        amount *= 1 - Decimal(line["discount"]) / 100
        return amount.quantize(CENT, ROUND_HALF_UP)

    def _answer(self, order):
        rates = {
            value["remote_id"]: Decimal(value["rate"])
            for value in self.erp.values["tax"]
        }
        untaxed = tax = Decimal(0)
        for line in order["request"]["lines"]:
            if line["kind"] != "product":
                continue
            amount = self._get_untaxed(line)
            untaxed += amount
            for tax_id in line["tax_ids"] or []:
                tax += (amount * rates[tax_id] / 100).quantize(CENT, ROUND_HALF_UP)
        untaxed += self.erp.surcharge
        currencies = {
            value["remote_id"]: value["code"] for value in self.erp.values["currency"]
        }
        return {
            "key": order["key"],
            "remote_id": order["remote_id"],
            "number": order["number"],
            "url": f"http://erp/order/{order['remote_id']}",
            "state": order["state"],
            "currency": currencies[order["request"]["currency_id"]],
            "total_untaxed": str(untaxed),
            "total_tax": str(tax),
            "total": str(untaxed + tax),
        }


def make_invoice(remote_id, total, residual=None, **values):
    residual = total if residual is None else residual
    paid = Decimal(residual) == 0
    return {
        "remote_id": remote_id,
        "number": f"INV/{remote_id}",
        "url": f"http://erp/invoice/{remote_id}",
        "kind": "invoice",
        "state": "posted",
        "payment_state": "paid"
        if paid
        else ("partial" if Decimal(residual) < Decimal(total) else "not_paid"),
        "invoice_date": "2026-11-22",
        "due_date": "2099-12-31",
        "currency": "USD",
        "total": str(total),
        "residual": str(residual),
        **values,
    }


def make_shipment(remote_id, **values):
    return {
        "remote_id": remote_id,
        "number": f"OUT/{remote_id}",
        "url": f"http://erp/shipment/{remote_id}",
        "state": "waiting",
        "is_backorder": False,
        "is_return": False,
        "scheduled_date": "2026-11-25",
        "done_date": "",
        "carrier": "",
        "tracking_number": "",
        "tracking_url": "",
        **values,
    }
