"""The orders of the measurement: the same ones for everybody, made from a number. Imported by the CRM's shell too."""

from dataclasses import dataclass

CUSTOMERS = 200
PRODUCTS = (
    "PUMP-200",
    "VALVE-DN25",
    "FILTER-10",
    "SEAL-KIT",
    "SENSOR-T1",
    "CTRL-PRO",
    "COFFEE-1KG",
    "BOOK-HYD",
    "SERV-INST",
    "SERV-MAINT",
)
LINES = 3


@dataclass(frozen=True)
class Line:
    """One product of an order."""

    code: str
    quantity: int
    discount: int


@dataclass(frozen=True)
class Order:
    """What a customer ordered; prices are the catalogue's."""

    number: int
    customer: int
    lines: tuple[Line, ...]


def order(number: int) -> Order:
    """Customers and products take turns; every fourth line has a discount."""
    lines = []
    for index in range(LINES):
        turn = number * LINES + index
        product = PRODUCTS[(turn * 7 + number // len(PRODUCTS)) % len(PRODUCTS)]
        lines.append(Line(product, turn % 5 + 1, 10 if turn % 4 == 0 else 0))
    return Order(number, number % CUSTOMERS, tuple(lines))


def customer_values(index: int) -> dict:
    """A customer both sides know by its e-mail address."""
    return {
        "name": f"Bench customer {index:03d} B.V.",
        "email": f"inkoop@bench-customer-{index:03d}.example",
        "street": f"Kanaalweg {index + 1}",
        "zip": f"{2000 + index} AB",
        "city": "Haarlem",
    }
