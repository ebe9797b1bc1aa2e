from odoo import api, models


class IntegrationHandler(models.AbstractModel):
    """What a flow implements to be loaded: a dry run first, then the load itself.

    Set ``_has_load = True`` and implement the four ``_load_*`` hooks; jobs, progress, stop
    and resume are the hub's (``integration_load.py``). The flow's form then shows the
    button *First Load…*.
    """

    _inherit = "integration.handler"

    #: set to True by a handler that implements the hooks below
    _has_load = False

    #: the first run changes much at once, such as all prices: it does not begin with
    #: *Resume* but an interval later, so that somebody can look before with *First Load*
    _is_looked_at_first = False

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        """The next page to check. Database only, no remote call, writes nothing.

        :param cursor: None at the beginning, else what the last page's answer had
        :param int limit: records at most
        :return: request for :meth:`_load_call`: a JSON-safe dict. A flow to the system
            puts the records' snapshots in it, a flow from it little more than the cursor
        """
        raise NotImplementedError

    @staticmethod
    def _load_call(client, request):
        """Read over there; *never* write. In a thread: plain Python, no environment.

        :param request: of :meth:`_load_find_records`
        :return: JSON-safe dict with what :meth:`_load_compare` needs, and ``cursor`` (of
            the next page; falsy: this was the last) and ``total`` (number of records, or
            None where nobody knows)
        :raise IntegrationError:
        """
        raise NotImplementedError

    @api.private
    def _load_compare(self, flow, answer):
        """What the load would do. Database only, writes nothing.

        :param dict answer: of :meth:`_load_call`
        :return: list of dicts for ``integration.load.line``: ``outcome`` (``create``,
            ``link``, ``change``, ``same``, ``attention``), ``name``, and optionally
            ``res_model``, ``res_id``, ``remote_id``, ``remote_number``, ``detail`` (what
            differs, for people), ``amount`` with ``currency_id``, ``payload`` (what
            :meth:`_load_enqueue` needs to do it)
        """
        raise NotImplementedError

    @api.private
    def _load_enqueue(self, flow, lines):
        """Queue what the check has found as ordinary jobs of the flow (``_enqueue``, low
        ``priority``, ``is_urgent``): so whatever holds for these holds for a load.

        :param lines: ``integration.load.line``, to create, link or change
        :return: list of their jobs, in the order of ``lines``; several lines may share
            one, an empty job says that the record is gone
        """
        raise NotImplementedError
