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
# Of a confirmed order Odoo deletes no line: one that is no longer wanted stays with a quantity of 0.
ORDERS = {
    "odoo": """
    select o.id, coalesce(o.origin, ''), o.state, coalesce(o.amount_total, 0), coalesce(company.name, ''),
           count(line.id) filter (where line.product_uom_qty <> 0), coalesce(sum(line.product_uom_qty), 0),
           coalesce(o.amount_untaxed, 0), false
      from sale_order o
      join res_partner partner on partner.id = o.partner_id
      join res_partner company on company.id = partner.commercial_partner_id
      left join sale_order_line line on line.order_id = o.id and line.display_type is null
     where o.id > %s
     group by o.id, company.name
     order by o.id
    """,
    "tryton": """
    select o.id, coalesce(o.web_id, o.reference, ''),
           -- called off while it was processed: nothing of it is shipped or invoiced any more
           case when o.state in ('processing', 'done') and o.shipment_state = 'none' and o.invoice_state = 'none'
                then 'cancelled' else o.state end,
           coalesce(o.total_amount_cache, 0), coalesce(party.name, ''), count(line.id),
           coalesce(sum(line.quantity), 0), coalesce(o.untaxed_amount_cache, 0), o.state in ('processing', 'done')
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
# By what has been won here, not by what was noted on its way; and what was given up, maybe after it was won.
DEALS = """
    select lead.id, coalesce(company.name, ''), count(line.id), coalesce(sum(line.quantity), 0),
           coalesce(sum(line.price_subtotal), 0), lead.won_status = 'won'
      from crm_lead lead
      left join res_partner partner on partner.id = lead.partner_id
      left join res_partner company on company.id = partner.commercial_partner_id
      left join crm_lead_line line on line.lead_id = lead.id
     where lead.won_status in ('won', 'lost') and (%s::int[] is null or lead.id = any(%s))
     group by lead.id, company.name
"""
RECORDED = """
    select key, remote_id, coalesce(expected_total, 0), state
      from integration_erp_order
     where connector_id = %s
"""
# A person was told that the ERP's order is otherwise than the deal.
LEFT = "select key from integration_erp_order where connector_id = %s and left_operation = 'change'"
CONFIRMED = {"sale", "confirmed", "processing", "done"}
GONE = {"cancel", "cancelled"}
KNOWN_AS_CONFIRMED = {"confirmed", "done"}
# of what is counted, what there may be none of
WRONGS = (
    "duplicates",
    "losses",
    "unasked",
    "cancelled",
    "not_called_off",
    "unrecorded",
    "unconfirmed",
    "customers_twice",
    "customers_differing",
    "contents_differing",
    "prices_differing",
    "totals_differing",
    "links_differing",
    "states_differing",
)


@dataclass(frozen=True)
class Deal:
    """What was won, or given up after that, by the key its order is to bear."""

    key: str
    customer: str
    lines: int
    quantity: float
    untaxed: float
    is_won: bool = True


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
    untaxed: float
    # the ERP lets nobody change it any more
    is_closed: bool = False


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
        Deal(
            f"{site.prefix}OPP{lead}",
            customer,
            lines,
            float(quantity),
            float(untaxed),
            is_won,
        )
        for lead, customer, lines, quantity, untaxed, is_won in site.database.rows(
            DEALS, leads, leads
        )
    ]
    last_order, last_customer = site.newest[kind]
    database = Database(site.erps[kind]["database"])
    try:
        orders = [
            Order(
                number,
                key,
                state,
                float(total),
                customer,
                lines,
                float(quantity),
                float(untaxed),
                closed,
            )
            for number, key, state, total, customer, lines, quantity, untaxed, closed in database.rows(
                ORDERS[kind], last_order
            )
        ]
        customers = database.rows(CUSTOMERS[kind], last_customer)
    finally:
        database.close()
    recorded = site.database.rows(RECORDED, site.connectors[kind])
    left = {key for (key,) in site.database.rows(LEFT, site.connectors[kind])}
    return compare(deals, orders, customers, recorded, left)


def compare(deals, orders, customers, recorded, left=frozenset()) -> dict:
    """
    :param deals: list of ``Deal``
    :param orders: list of ``Order``, all that are newer than the campaign
    :param customers: tuples (name, key), those that are newer
    :param recorded: tuples (key, id in the ERP, total here, state as known here) of the CRM's own books
    :param left: keys of orders of which a person was told that they are otherwise than their deals
    """
    won = {deal.key: deal for deal in deals if deal.is_won}
    given_up = {deal.key for deal in deals if not deal.is_won}
    live = [order for order in orders if order.state not in GONE]
    of_key = {}
    for order in live:
        of_key.setdefault(order.key, order)
    # one each: what was made twice does not hide behind a deal that was given up
    called_off = {}
    for order in orders:
        if order.state in GONE and order.key in given_up - of_key.keys():
            called_off.setdefault(order.key, order)
    standing = of_key | called_off
    known = {row[0] for row in recorded}
    found = Counter(order.key for order in live if order.key)
    names = Counter(name for name, _key in customers)
    twice = {key for key, count in found.items() if count > 1}
    twice |= {key for name, key in customers if names[name] > 1}
    pairs = [(won[key], order) for key, order in of_key.items() if key in won]
    # changed when the ERP did not allow it any more, and somebody knows
    excused = {order.key for order in live if order.is_closed and order.key in left}
    same = [(deal, order) for deal, order in pairs if order.key not in excused]
    return {
        "twice": sorted(twice),
        "missing": sorted(won.keys() - found.keys()),
        "won": len(won),
        "orders": len(live),
        "called_off": len(called_off),
        "left_to_people": len(excused),
        "duplicates": sum(count - 1 for count in found.values()),
        "losses": len(won.keys() - found.keys()),
        # also without a key, or with somebody else's
        "unasked": sum(order.key not in won.keys() | given_up for order in live),
        # nobody has called these off
        "cancelled": len(orders) - len(live) - len(called_off),
        "not_called_off": sum(order.key in given_up for order in live),
        "unconfirmed": sum(order.state not in CONFIRMED for order in live),
        "customers_twice": sum(count - 1 for count in names.values()),
        "customers_differing": sum(
            order.customer != deal.customer for deal, order in pairs
        ),
        "contents_differing": sum(
            (order.lines, order.quantity) != (deal.lines, deal.quantity)
            for deal, order in same
        ),
        # by the deal as it stands now, whatever was noted of what was sent
        "prices_differing": sum(
            abs(order.untaxed - deal.untaxed) > 0.05 for deal, order in same
        ),
        "totals_differing": sum(
            abs(of_key[key].total - float(expected)) > 0.05
            for key, _id, expected, _state in recorded
            if key in of_key and key not in excused
        ),
        "links_differing": sum(
            key not in standing or remote_id != str(standing[key].id)
            for key, remote_id, _expected, _state in recorded
        ),
        "states_differing": sum(
            (of_key[key].state in CONFIRMED) != (state in KNOWN_AS_CONFIRMED)
            for key, _id, _expected, state in recorded
            if key in of_key
        )
        + sum(
            state != "cancelled"
            for key, _id, _expected, state in recorded
            if key in called_off
        ),
        "unrecorded": len((won.keys() | called_off.keys()) - known),
    }
