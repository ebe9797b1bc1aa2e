"""How far an order is invoiced and paid, by the invoices the ERP tells of. Plain Python."""

from .decimals import is_within, to_decimal


def get_invoice_state(invoices, total, tolerance):
    """Invoicing of an order in one word.

    :param list invoices: ``contract.Invoice``
    :param str total: of the order
    :param tolerance: how much of it may lack an invoice
    :return: ``none``, ``partial``, ``invoiced``, ``partly_paid``, ``paid`` or ``credited``
    """
    bills = [item for item in invoices if _is_posted(item, "invoice")]
    if not bills:
        return "none"
    standing, credited = _leave_out_credited(bills, invoices)
    invoiced = _add_up(standing)
    if not standing or credited >= invoiced > 0:
        return "credited"
    missing = to_decimal(total) - invoiced
    is_complete = missing < 0 or is_within(missing, tolerance)
    open_bills = [
        item for item in standing if item["payment_state"] in ("not_paid", "partial")
    ]
    if not open_bills:
        return "paid" if is_complete else "partial"
    if not is_complete:
        return "partial"
    is_begun = len(open_bills) < len(standing) or any(
        item["payment_state"] == "partial" for item in open_bills
    )
    return "partly_paid" if is_begun else "invoiced"


def _leave_out_credited(bills, invoices):
    """What was credited as a whole, and perhaps billed anew, is neither invoiced nor paid.
    What was credited in part (a discount, goods that came back) stays as it was billed.

    :return: tuple (the bills that stand, what was credited besides as Decimal)
    """
    notes = [item for item in invoices if _is_posted(item, "credit_note")]
    reversed_bills = [item for item in bills if item["payment_state"] == "reversed"]
    standing = [item for item in bills if item["payment_state"] != "reversed"]
    credited = _add_up(notes) - _add_up(reversed_bills)
    # paid before it was credited: no system calls that reversed
    for bill in list(standing):
        amount = _add_up([bill])
        own = _add_up(
            note for note in notes if note.get("credit_of") == [bill["remote_id"]]
        )
        # a note may have settled another bill than the one it was made from
        if 0 < amount <= min(own, credited):
            standing.remove(bill)
            credited -= amount
    return standing, credited


def _is_posted(item, kind):
    return item["state"] == "posted" and item["kind"] == kind


def _add_up(items):
    return sum(abs(to_decimal(item["total"])) for item in items)
