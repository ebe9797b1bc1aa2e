"""The deals of the demo: what is sold to whom, and what the clerks in the ERP do with the order."""

from dataclasses import dataclass

# Stories of an order in the ERP, and what has to be seen of it afterwards: (delivery state, invoice state).
STORIES = {
    "shipped and paid": ("shipped", "paid"),
    "half shipped, partly paid": ("partial", "partly_paid"),
    "shipped, overdue": ("shipped", "invoiced"),
    "shipped and credited": ("shipped", "credited"),
    "invoiced, not shipped": ("waiting", "invoiced"),
    "untouched": ("waiting", "none"),
}
# How far a clerk's *ship* goes: Tryton's ends when the goods have arrived, which Odoo does not know of.
GONE = {"odoo": "shipped", "tryton": "delivered"}
TEAMS = {"odoo": "Benelux", "tryton": "Central Europe"}


@dataclass(frozen=True)
class Line:
    """A product, or a section or note (its text in `code`)."""

    code: str
    quantity: float = 0
    discount: float = 0
    kind: str = "product"
    is_optional: bool = False


def section(text: str, is_optional: bool = False) -> Line:
    """A heading; what stands under an optional one is not ordered unless it has a quantity."""
    return Line(text, kind="line_section", is_optional=is_optional)


@dataclass(frozen=True)
class Deal:
    """An opportunity; `basis` says what is won: a confirmed order, an open quotation, or the opportunity's own lines."""

    name: str
    basis: str
    customer: str
    story: str
    lines: tuple[Line, ...]
    currency: str = "EUR"
    to_delivery_address: bool = False
    reference: str = ""


GLOVES = Line("GLOVES-L", 0)
KETTLE = (
    section("Heating"),
    Line("PUMP-200", 2, 5),
    Line("NT-VALVE-25", 12),
    Line("Assembly in week 14, please call before.", kind="line_note"),
    section("On site"),
    Line("SERV-INST", 6.5),
)
# Sold by the box of twelve here; the ERP counts cartridges.
SEASON = (
    Line("FILTER-BOX12", 5),
    Line("SEAL-KIT", 20, 10),
    Line("PIPE-CU15", 37.5, 2.5),
)
SENSORS = (Line("SENSOR-T1", 8), Line("CTRL-PRO", 1, 7.5), Line("GREASE-H1", 2.5))
CANTEEN = (
    Line("COFFEE-1KG", 10),
    Line("BOOK-HYD", 2),
    section("Optional", is_optional=True),
    GLOVES,
)
EXPORT = (Line("PUMP-200", 3), Line("SEAL-KIT", 6, 12.5))
CONTRACT = (Line("SERV-MAINT", 1), Line("FILTER-BOX12", 1), Line("GLOVES-L", 2))

DEALS = {
    "odoo": (
        Deal(
            "Boiler house, phase 2",
            "order",
            "Brouwerij De Gouden Leeuw B.V.",
            "shipped and paid",
            KETTLE,
            to_delivery_address=True,
            reference="PO-4711 / Ketelhuis",
        ),
        Deal(
            "Filters for the season",
            "quotation",
            "Zwembad & Sauna 't Hof",
            "half shipped, partly paid",
            SEASON,
        ),
        Deal(
            "Sensors, wort line",
            "lines",
            "Brouwerij De Gouden Leeuw B.V.",
            "shipped, overdue",
            SENSORS,
        ),
        Deal(
            "Canteen and library",
            "order",
            "Chocolaterie Léonie SA",
            "shipped and credited",
            CANTEEN,
        ),
        Deal(
            "Pumps for export",
            "order",
            "Chocolaterie Léonie SA",
            "untouched",
            EXPORT,
            currency="USD",
        ),
        Deal(
            "Maintenance contract",
            "lines",
            "Molen «De Hoop» B.V.",
            "invoiced, not shipped",
            CONTRACT,
        ),
    ),
    "tryton": (
        Deal(
            "Kesselhaus, Phase 2",
            "order",
            "Müller & Söhne Anlagenbau GmbH",
            "shipped and paid",
            KETTLE,
            to_delivery_address=True,
            reference="Best.-Nr. 2026/118 »Kessel«",
        ),
        Deal(
            "Filtres de saison",
            "quotation",
            "Ateliers Saint-Étienne SARL",
            "half shipped, partly paid",
            SEASON,
        ),
        Deal(
            "Sensoren Abfüllung",
            "lines",
            "Alpenquell Mineralwasser KG",
            "shipped, overdue",
            SENSORS,
        ),
        Deal(
            "Cantine et bibliothèque",
            "order",
            "Ateliers Saint-Étienne SARL",
            "shipped and credited",
            CANTEEN,
        ),
        Deal(
            "Pumps for export",
            "order",
            "Müller & Söhne Anlagenbau GmbH",
            "untouched",
            EXPORT,
            currency="USD",
        ),
        Deal(
            "Wartungsvertrag",
            "lines",
            "Mühle „Zur Hoffnung“ e.U.",
            "invoiced, not shipped",
            CONTRACT,
        ),
    ),
}

# Customers nobody has heard of in the ERP: they are created there.
NEW_CUSTOMERS = (
    {
        "name": "Molen «De Hoop» B.V.",
        "country": "NL",
        "email": "molenaar@dehoop.example",
        "phone": "+31 15 555 0190",
        "street": "Molenweg 1",
        "zip": "2611 AA",
        "city": "Delft",
        "payment_days": 30,
    },
    {
        "name": "Mühle „Zur Hoffnung“ e.U.",
        "country": "AT",
        "email": "mueller@hoffnung.example",
        "phone": "+43 662 555 0191",
        "street": "Mühlbachweg 8",
        "zip": "5020",
        "city": "Salzburg",
        "payment_days": 30,
    },
)


def catalogue(erp_catalogue: list[dict]) -> list[dict]:
    """The CRM's products: two have codes of their own, and one is sold in another unit."""
    products = []
    for item in erp_catalogue:
        changes = {}
        if item["code"] == "VALVE-DN25":
            # Found by its barcode.
            changes = {"code": "NT-VALVE-25"}
        elif item["code"] == "FILTER-10":
            # Nothing tells which product this is: a person maps it.
            changes = {
                "code": "FILTER-BOX12",
                "barcode": False,
                "name": "Filter cartridges 10 µm, box of twelve",
                "unit": "dozen",
                "list_price": round(item["list_price"] * 12, 2),
            }
        products.append(item | changes)
    return products


# Code here, code in the ERP, how many of the ERP's units make one of ours.
MAPPED_BY_HAND = (("FILTER-BOX12", "FILTER-10", 12.0),)
