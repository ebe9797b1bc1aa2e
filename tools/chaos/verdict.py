"""Counts orders where they are: in the ERP's own database, past the ERP and past the CRM's own books.

The ERPs are fresh copies that nobody else uses: whatever is newer than the copy is the CRM's doing, be it with our key,
with another one, or with none.
"""

from collections import Counter
from dataclasses import dataclass

from stage.database import Database

NEWEST = {
    "odoo": "select coalesce((select max(id) from sale_order), 0), coalesce((select max(id) from res_partner), 0)",
    "tryton": "select coalesce((select max(id) from sale_sale), 0), coalesce((select max(id) from party_party), 0)",
}
ORDERS = {
    "odoo": """
    select o.id, coalesce(o.origin, ''), o.state, coalesce(o.amount_total, 0), coalesce(company.name, ''),
           count(line.id), coalesce(sum(line.product_uom_qty), 0)
      from sale_order o
      join res_partner partner on partner.id = o.partner_id
      join res_partner company on company.id = partner.commercial_partner_id
      left join sale_order_line line on line.order_id = o.id and line.display_type is null
     where o.id > %s
     group by o.id, company.name
     order by o.id
    """,
    "tryton": """
    select o.id, coalesce(o.web_id, o.reference, ''), o.state, coalesce(o.total_amount_cache, 0),
           coalesce(party.name, ''), count(line.id), coalesce(sum(line.quantity), 0)
      from sale_sale o
      left join party_party party on party.id = o.party
      left join sale_line line on line.sale = o.id and line.type = 'line'
     where o.id > %s
     group by o.id, party.name
     order by o.id
    """,
}
CUSTOMERS = {
    "odoo": "select name, coalesce(ref, '') from res_partner where parent_id is null and id > %s",
    "tryton": "select name, coalesce((select min(code) from party_identifier where party = party_party.id), '')"
    " from party_party where id > %s",
}
# By what has been won here, not by what was noted on its way.
DEALS = """
    select lead.id, coalesce(company.name, ''), count(line.id), coalesce(sum(line.quantity), 0)
      from crm_lead lead
      left join res_partner partner on partner.id = lead.partner_id
      left join res_partner company on company.id = partner.commercial_partner_id
      left join crm_lead_line line on line.lead_id = lead.id
     where lead.won_status = 'won' and (%s::int[] is null or lead.id = any(%s))
     group by lead.id, company.name
"""
RECORDED = """
    select key, remote_id, coalesce(expected_total, 0), state
      from integration_erp_order
     where connector_id = %s
"""
CONFIRMED = {"sale", "confirmed", "processing", "done"}
GONE = {"cancel", "cancelled"}
KNOWN_AS_CONFIRMED = {"confirmed", "done"}
# of what is counted, what there may be none of
WRONGS = (
    "duplicates",
    "losses",
    "unasked",
    "cancelled",
    "unrecorded",
    "unconfirmed",
    "customers_twice",
    "customers_differing",
    "contents_differing",
    "totals_differing",
    "links_differing",
    "states_differing",
)


@dataclass(frozen=True)
class Deal:
    """What was won, by the key its order is to bear."""

    key: str
    customer: str
    lines: int
    quantity: float


@dataclass(frozen=True)
class Order:
    """What stands in the ERP."""

    id: int
    key: str
    state: str
    total: float
    customer: str
    lines: int
    quantity: float


def find_wrongs(figures: dict) -> list[str]:
    """What is not as it should be, in words.

    :param figures: by ERP what ``judge`` has counted
    """
    return [
        f"{kind}: {name.replace('_', ' ')} {found[name]}"
        for kind, found in figures.items()
        for name in WRONGS
        if found[name]
    ]


def find_newest(kind: str, erp: dict) -> tuple[int, int]:
    """Up to which order and which customer all was there before."""
    database = Database(erp["database"])
    try:
        return database.rows(NEWEST[kind])[0]
    finally:
        database.close()


def judge(site, kind: str, leads=None) -> dict:
    """What the ERP has, against what was won: all, or these opportunities."""
    deals = [
        Deal(f"{site.prefix}OPP{lead}", customer, lines, float(quantity))
        for lead, customer, lines, quantity in site.database.rows(DEALS, leads, leads)
    ]
    last_order, last_customer = site.newest[kind]
    database = Database(site.erps[kind]["database"])
    try:
        orders = [
            Order(number, key, state, float(total), customer, lines, float(quantity))
            for number, key, state, total, customer, lines, quantity in database.rows(
                ORDERS[kind], last_order
            )
        ]
        customers = database.rows(CUSTOMERS[kind], last_customer)
    finally:
        database.close()
    recorded = site.database.rows(RECORDED, site.connectors[kind])
    return compare(deals, orders, customers, recorded)


def compare(deals, orders, customers, recorded) -> dict:
    """
    :param deals: list of ``Deal``
    :param orders: list of ``Order``, all that are newer than the campaign
    :param customers: tuples (name, key), those that are newer
    :param recorded: tuples (key, id in the ERP, total here, state as known here) of the CRM's own books
    """
    won = {deal.key: deal for deal in deals}
    live = [order for order in orders if order.state not in GONE]
    of_key = {}
    for order in live:
        of_key.setdefault(order.key, order)
    found = Counter(order.key for order in live if order.key)
    names = Counter(name for name, _key in customers)
    twice = {key for key, count in found.items() if count > 1}
    twice |= {key for name, key in customers if names[name] > 1}
    pairs = [(won[key], order) for key, order in of_key.items() if key in won]
    return {
        "twice": sorted(twice),
        "missing": sorted(won.keys() - found.keys()),
        "won": len(won),
        "orders": len(live),
        "duplicates": sum(count - 1 for count in found.values()),
        "losses": len(won.keys() - found.keys()),
        # also without a key, or with somebody else's
        "unasked": sum(order.key not in won for order in live),
        # nobody has called one off
        "cancelled": len(orders) - len(live),
        "unconfirmed": sum(order.state not in CONFIRMED for order in live),
        "customers_twice": sum(count - 1 for count in names.values()),
        "customers_differing": sum(
            order.customer != deal.customer for deal, order in pairs
        ),
        "contents_differing": sum(
            (order.lines, order.quantity) != (deal.lines, deal.quantity)
            for deal, order in pairs
        ),
        "totals_differing": sum(
            abs(of_key[key].total - float(expected)) > 0.05
            for key, _id, expected, _state in recorded
            if key in of_key
        ),
        "links_differing": sum(
            key not in of_key or remote_id != str(of_key[key].id)
            for key, remote_id, _expected, _state in recorded
        ),
        "states_differing": sum(
            (of_key[key].state in CONFIRMED) != (state in KNOWN_AS_CONFIRMED)
            for key, _id, _expected, state in recorded
            if key in of_key
        ),
        "unrecorded": len(won.keys() - {row[0] for row in recorded}),
    }
