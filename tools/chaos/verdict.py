"""Counts orders where they are: in the ERP's own database, by our key, past the ERP and past the CRM's own books."""

from collections import Counter

from stage.database import Database

ORDERS = {
    "odoo": "select origin, state, amount_total from sale_order where origin like %s and state <> 'cancel'",
    "tryton": "select coalesce(web_id, reference), state, coalesce(total_amount_cache, 0) from sale_sale"
    " where coalesce(web_id, reference) like %s and state <> 'cancelled'",
}
PARTIES = {
    "odoo": "select ref from res_partner where ref like %s",
    "tryton": "select code from party_identifier where code like %s",
}
CONFIRMED = {"sale", "confirmed", "processing", "done"}
# of what is counted, what there may be none of
WRONGS = (
    "duplicates",
    "losses",
    "unasked",
    "unrecorded",
    "unconfirmed",
    "customers_twice",
    "totals_differing",
)


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


def judge(site, kind: str, leads=None) -> dict:
    """What the ERP has, against what was won: all, or these opportunities."""
    if leads is None:
        query = "select id from crm_lead where won_status = 'won'"
        leads = [lead for (lead,) in site.database.rows(query)]
    won = {f"{site.prefix}OPP{lead}" for lead in leads}
    database = Database(site.erps[kind]["database"])
    try:
        rows = database.rows(ORDERS[kind], f"{site.prefix}%")
        parties = Counter(
            key for (key,) in database.rows(PARTIES[kind], f"{site.prefix}P%")
        )
    finally:
        database.close()
    found = Counter(key for key, _state, _total in rows)
    totals = {key: float(total) for key, _state, total in rows}
    recorded = site.database.rows(
        "select key, expected_total from integration_erp_order where connector_id = %s",
        site.connectors[kind],
    )
    twice = {key for key, count in found.items() if count > 1}
    twice |= {key for key, count in parties.items() if count > 1}
    return {
        "twice": sorted(twice),
        "missing": sorted(won - found.keys()),
        "won": len(won),
        "orders": len(rows),
        "duplicates": sum(count - 1 for count in found.values()),
        "losses": len(won - found.keys()),
        "unasked": len(found.keys() - won),
        "unconfirmed": sum(state not in CONFIRMED for _key, state, _total in rows),
        "customers_twice": sum(count - 1 for count in parties.values()),
        "totals_differing": sum(
            abs(totals.get(key, 0) - float(expected or 0)) > 0.05
            for key, expected in recorded
        ),
        "unrecorded": len(won) - len(recorded),
    }
