"""What both ERPs and the CRM are filled with: the same records everywhere, made from a number. Imported by all of them."""

CODE = "VOL-{:05d}"
CUSTOMER = "Volume customer {:05d} B.V."
CHANGED = 100
CHUNK = 500
# One customer in so many has an open invoice.
INVOICED = 10
QUANTITY = 40
STOCK = 250
# The forecast is of so many months.
MONTHS = 3


def price(number: int) -> float:
    """Of a product, in its list."""
    return 10.0 + number % 500


def codes(count: int, first: int = 0) -> list[str]:
    """Of products."""
    return [CODE.format(number) for number in range(first, first + count)]


def chunks(items, size: int = CHUNK):
    """Lists of so many."""
    items = list(items)
    for start in range(0, len(items), size):
        yield items[start : start + size]
