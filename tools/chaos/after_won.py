"""What a salesperson of the campaign does to deals after they were won: some are changed, some given up."""

import random

# Of the deals won.
SHARE = 0.1
# Seconds after: before, while, and after the order is made.
LATER = (1.0, 60.0)
# ... of the first ones, of which each way is played once, also where the campaign is a short one.
SOON = (1.0, 10.0)
WAYS = ("quantity", "lines", "lost")


class AfterWon:
    """Used by the thread that wins the deals; dice of its own, so that the same seed wins the same deals."""

    def __init__(self, seed: int):
        self.dice = random.Random(f"{seed}-changes")
        self.waiting: list[tuple] = []
        self.first = list(WAYS)
        self.done = dict.fromkeys(WAYS, 0)

    def plan(self, leads: list[int], now: float) -> None:
        """Which of these, when and how."""
        for lead in leads:
            if self.first:
                when = now + self.dice.uniform(*SOON)
                self.waiting.append((when, lead, self.first.pop()))
            elif self.dice.random() < SHARE:
                when = now + self.dice.uniform(*LATER)
                self.waiting.append((when, lead, self.dice.choice(WAYS)))
        self.waiting.sort()

    def change(self, seller, products, now: float) -> None:
        """Those that are due. One that failed, as the server was down, comes again: nothing of it is done twice, as each
        is one call, and what counts in the end is how the deal stands then.

        :param seller: the CRM as a salesperson sees it
        :param dict products: ids by code
        """
        while self.waiting and self.waiting[0][0] <= now:
            _when, lead, way = self.waiting[0]
            seller.call(
                "crm.lead",
                "write",
                [lead],
                vals=self.prepare(seller, products, lead, way),
            )
            self.waiting.pop(0)
            self.done[way] += 1

    def prepare(self, seller, products, lead: int, way: str) -> dict:
        """Values for the deal."""
        if way == "lost":
            domain = [("is_won", "=", False)]
            [stage] = seller.call("crm.stage", "search", domain=domain, limit=1)
            # moved to another stage and given up, at once: nothing is left in between
            return {
                "stage_id": stage,
                "active": False,
                "probability": 0,
                "automated_probability": 0,
            }
        if way == "lines":
            product = self.dice.choice(sorted(products.values()))
            return {
                "lead_line_ids": [
                    (0, 0, {"product_id": product, "quantity": self.dice.randint(1, 9)})
                ]
            }
        domain = [("lead_id", "=", lead)]
        line = seller.find("crm.lead.line", domain, "quantity", limit=1)[0]
        return {"lead_line_ids": [(1, line["id"], {"quantity": line["quantity"] + 1})]}

    def describe(self) -> str:
        """For the report."""
        return ", ".join(f"{way} {count}" for way, count in self.done.items())
