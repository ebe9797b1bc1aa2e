"""What the flow of product feedback asks of a system's client, in plain data.

One summary per product, kept over there beside the product where its people find it:
replaced when it changes, never piled up. Each method takes and returns *lists* and makes as
few calls as the system allows; items are answers or :class:`IntegrationError`.

``feedback_check()`` → list of what the system lacks for it (rights), in words.
``feedback_find(keys)`` → dict ``{key: SummaryState}`` of those that are there.
``feedback_create(summaries)`` → per :class:`Summary` a :class:`SummaryState`. Callers have
    looked up by key before.
``feedback_update(updates)`` → per ``{"remote_id", "summary"}`` a :class:`SummaryState`.
``feedback_delete(remote_ids)`` → per id True; one that is gone counts as success.
"""

from typing import TypedDict


class Summary(TypedDict):
    key: str  # the one the system stores; looked up before every create
    product_id: str
    title: str
    text: str  # plain, in lines of a fixed pitch


class SummaryState(TypedDict):
    remote_id: str
    product_id: str
    text: str
    url: str  # of the product
