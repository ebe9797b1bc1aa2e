"""What the catalogue flow asks of a system's client, in plain data.

As in the other flows: all values are JSON-safe, numbers are decimal strings, remote ids
strings; a client need not import anything from here.

``catalog_changes(cursor, limit)`` → ``{"products": [CatalogProduct], "cursor": str,
    "more": bool}``: variants that changed at or after the cursor, overlap included. Without
    a cursor all that are on sale; with one also those that no longer are. Opaque to the
    caller; only the client reads its own cursor.
``catalog_read(remote_ids)`` → list of :class:`CatalogProduct` of those that are there,
    archived ones too.
``catalog_ids()`` → remote ids of all variants on sale: what is not among them is not, for
    whatever reason (deleted, archived, no longer ours to see).
``catalog_check()`` → list of what the system lacks for some of these values (modules,
    rights), in words; a client need not have it.
``catalog_images(remote_ids)`` → dict ``{remote id: picture as base64, "" for none}``, not
    larger than forms show (512 pixels).
"""

from typing import Literal, TypedDict


class CatalogAttribute(TypedDict):
    attribute: str  # such as "Color"
    value: str  # such as "Red"


class CatalogProduct(TypedDict):
    """One variant. What a system does not know is empty: here it stays as it is, unless the
    same system has said it before."""

    remote_id: str
    code: str
    barcode: str
    name: str  # of the template: what its variants share
    full_name: str  # with what tells it from its siblings
    template_id: str
    attributes: list[CatalogAttribute]  # what tells it from its siblings
    description: str  # for the customer, plain text
    kind: Literal["goods", "service"]
    unit_id: str  # in which it is sold
    unit_name: str
    tax_ids: list[str]
    weight: str  # kilograms of one unit; one that is empty or 0 never changes ours
    price: str  # of one unit, without any price list; "0" where there is none
    currency: str  # of the price, ISO code
    active: bool  # on sale
    image: str  # fingerprint of the picture, "" for none
    url: str
