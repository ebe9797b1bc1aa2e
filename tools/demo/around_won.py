"""Two flows around Won: the ERP is asked beforehand, and the order is called off when the deal is lost after all."""

import re
from decimal import Decimal

from demo import play, scene
from demo.deals import Deal, Line
from demo.there import PRODUCT
from stage import connectors
from stage.database import Database

# the number in "12.00 Units asked for, 2.00 available in the ERP"
AVAILABLE = re.compile(r"([\d.,]+) available")


class AroundWon:
    """Further flows of one ERP; each returns what happened, what is here, what is there."""

    def ask_for_too_much(self):
        """An open deal wants more than there is, and the salesperson presses *Check with ERP*."""
        seller = self.stage.seller
        wanted = float(self.there.available()) + 10
        deal = self.write_deal("Pumps for the new plant", wanted)
        seller.call("crm.lead", "action_check_with_erp", [deal.lead])
        self.wait("order_check", "checks")
        shown = seller.read_one("crm.lead", deal.lead, "integration_check")
        [check] = shown["integration_check"]["checks"]
        texts = [finding["text"] for finding in check["findings"]]
        found = [
            Decimal(match[1].replace(",", ""))
            for text in texts
            if PRODUCT in text and (match := AVAILABLE.search(text))
        ]
        here = found[0] if found else f"{check['state']}: {texts or check['message']}"
        there = Decimal(str(self.there.available())).quantize(Decimal("0.01"))
        return f"{PRODUCT}: 10 too many, the check says available", here, there

    def lose_after_won(self):
        """The customer backs out the day after: nothing has been shipped yet."""
        seller = self.stage.seller
        deal = self.write_deal("Pumps, called off", 1)
        database = Database(scene.DATABASE)
        try:
            play.win(seller, database, deal)
        finally:
            database.close()
        open_stage = seller.call(
            "crm.stage", "search", domain=[("is_won", "=", False)], limit=1
        )
        seller.call("crm.lead", "write", [deal.lead], vals={"stage_id": open_stage[0]})
        seller.call("crm.lead", "action_set_lost", [deal.lead])
        self.wait("sale_change_push", "changes of won deals")
        [order] = seller.find(
            "integration.erp.order",
            [("key", "=", deal.key)],
            "remote_id",
            "remote_number",
            "state",
        )
        here = f"{order['remote_number']} {order['state']}"
        there = self.there.order(int(order["remote_id"]))
        if order["state"] != "cancelled":
            here += ", though the deal is lost"
        return f"{self.customer}: lost after Won", here, there

    def write_deal(self, name: str, quantity: float) -> play.Won:
        """An opportunity with one line."""
        lines = (Line(PRODUCT, quantity),)
        deal = Deal(f"{name} ({self.kind})", "lines", self.customer, "", lines)
        return play.write_deal(self.stage.seller, self.kind, deal, "")

    def wait(self, code: str, title: str) -> None:
        """Until the queue is through with the flow."""
        flow = connectors.flow(self.stage.admin, self.connector, code)
        connectors.wait_until_idle(self.stage.admin, [("flow_id", "=", flow)], title)
