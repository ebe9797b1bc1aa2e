from decimal import Decimal


class OrderSearch:
    """How an ERP looks for our orders where it can't keep our key."""

    def order_search(self, searches):
        self.erp.note("order_search")
        return [
            [
                self._get_candidate(order, search)
                for order in self.erp.orders.values()
                if self._could_be(order, search)
            ]
            for search in searches
        ]

    def _could_be(self, order, search):
        request = order["request"]
        return request["party_id"] == search["party_id"] and (
            self._get_our_number(order) == search["number"]
            or Decimal(self._answer(order)["total"]) == Decimal(search["total"])
        )

    def _get_our_number(self, order):
        return order["request"]["number"] if self.erp.keeps_numbers else ""

    def _get_candidate(self, order, search):
        answer = self._answer(order)
        number = self._get_our_number(order)
        return {
            "remote_id": order["remote_id"],
            "number": order["number"],
            "our_number": number if number == search["number"] else "",
            "customer": self.erp.parties[search["party_id"]]["name"],
            "url": answer["url"],
            "order_date": order["request"]["order_date"],
            "currency": answer["currency"],
            "total_untaxed": answer["total_untaxed"],
            "total": answer["total"],
        }
