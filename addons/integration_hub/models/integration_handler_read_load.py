from typing import NamedTuple

from odoo import api, models

from .integration_load import PRIORITY
from .load_steps import READ


class Standing(NamedTuple):
    """How something stands here, before or after the answer is written."""

    #: values of ``integration.load.line``, without its outcome; ``payload`` has ``id``, the
    #: record it was asked for by
    row: dict
    #: what people see of it: ``{label: text}``, in the order it is told
    shown: dict
    #: anything else that tells whether it was changed
    mark: object = None


class IntegrationHandlerReadLoad(models.AbstractModel):
    """The load of a flow that asks for what the system says of records known here: of all
    mapped products, of all linked customers, of all orders.

    Check and load go through these in the order of their ids, so they can be stopped
    anywhere, and leave the flow's cursor alone. The check writes the answer, looks at what
    became of it and takes it back: it can't say anything else than the load will do.

    A flow inherits this instead of ``integration.handler``, and implements the hooks below
    and ``_load_call``, which returns its request with what was read put in.
    """

    _name = "integration.handler.read.load"
    _inherit = ["integration.handler"]
    _description = "Load of a Flow that Reads"

    _has_load = True

    # -- hooks ------------------------------------------------------------------------

    @api.private
    def _load_get_source(self, flow):
        """:return: ``(model name, domain)`` of the records that are asked for"""
        raise NotImplementedError

    @api.private
    def _load_prepare(self, flow, records):
        """:param records: of ``_load_get_source``, perhaps none
        :return: request for ``_load_call``: a JSON-safe dict
        """
        raise NotImplementedError

    @api.private
    def _load_write(self, flow, answer):
        """Write what the answer of ``_load_call`` means, as the flow's own runs do."""
        raise NotImplementedError

    @api.private
    def _load_try(self, flow, answer):
        """The same, to be taken back: where ``_load_write`` tells people what is new, this
        one must not. What was sent or queued for after the commit can't be taken back."""
        self._load_write(flow, answer)

    @api.private
    def _load_read(self, flow, answer):
        """What stands here of all the answer is about.

        :return: dict ``{key: Standing}``
        """
        raise NotImplementedError

    # -- the check --------------------------------------------------------------------

    @api.private
    def _load_find(self, flow, domain, limit=None):
        """:return: those records of ``_load_get_source`` that match ``domain`` as well"""
        model_name, source = self._load_get_source(flow)
        return self.env[model_name].search([*source, *domain], order="id", limit=limit)

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        records = self._load_find(flow, [("id", ">", int(cursor or 0))], limit)
        model_name, source = self._load_get_source(flow)
        return {
            **self._load_prepare(flow, records),
            "cursor": str(records[-1].id) if len(records) == limit else "",
            # once: counting them all takes longer than reading a page
            "total": None if cursor else self.env[model_name].search_count(source),
        }

    @api.private
    def _load_compare(self, flow, answer):
        with self.env.cr.savepoint() as savepoint:
            before = self._load_read(flow, answer)
            self._load_try(flow, answer)
            self.env.flush_all()
            after = self._load_read(flow, answer)
            savepoint.rollback()
        return [
            self._load_get_line(before.get(key), after.get(key))
            for key in dict.fromkeys([*before, *after])
        ]

    def _load_get_line(self, before, after):
        """:return: dict for ``integration.load.line``"""
        if not after:
            return {
                **before.row,
                # nothing of it is left
                "amount": 0,
                "outcome": "change",
                "detail": self.env._("No longer there: removed here."),
            }
        if not before:
            detail = [f"{label}: {text}" for label, text in after.shown.items() if text]
            return {**after.row, "outcome": "create", "detail": ", ".join(detail)}
        if before[1:] == after[1:]:
            return {**after.row, "outcome": "same"}
        changes = [
            f"{label}: {before.shown.get(label) or '–'} → {text or '–'}"
            for label, text in after.shown.items()
            if before.shown.get(label) != text
        ]
        return {
            **after.row,
            "outcome": "change",
            "detail": ", ".join(changes) or self.env._("Details have changed there."),
        }

    # -- the load ---------------------------------------------------------------------

    @api.private
    def _load_enqueue(self, flow, lines):
        """One job for all of them: it asks once more, as it may have changed."""
        job = self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": READ,
                    "name": self.env._(
                        "%(first)s to %(last)s",
                        first=lines[:1].name,
                        last=lines[-1:].name,
                    ),
                    "payload": {"ids": sorted({line.payload["id"] for line in lines})},
                    "idempotency_key": f"load-{lines[:1].load_id.id}-{lines[:1].id}",
                    "priority": PRIORITY,
                    "trigger": "load",
                    "is_urgent": True,
                }
            ],
        )
        return [job] * len(lines)
