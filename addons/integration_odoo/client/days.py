"""Days, where Odoo keeps moments."""

import pytz

from .convert import to_day


class DayVerbs:
    """Odoo keeps moments in UTC. Which day that was depends on where its company is: goods
    shipped in California at five in the afternoon were not shipped tomorrow."""

    def get_day(self, moment):
        """The day a moment fell on, as Odoo's company counts them.

        :param str moment: in UTC, as Odoo tells it; may be empty
        :return: ISO text of the day, or ``""``
        """
        return to_day(moment, self._get_time_zone()) if moment else ""

    def _get_time_zone(self):
        return pytz.timezone(self.get_fact("time_zone", self._fetch_time_zone))

    def _fetch_time_zone(self):
        """That of the company's own contact, as Odoo takes it for its reordering
        (``stock/models/stock_orderpoint.py``); where it has none, that of our company."""
        rows = self.search_read(
            "res.partner",
            [("id", "=", self.get_company()["partner_id"])],
            ["tz"],
            context={"active_test": False},
        )
        names = [row["tz"] for row in rows]
        names.append(self.settings.options.get("time_zone"))
        return next((name for name in names if name in pytz.all_timezones_set), "UTC")
