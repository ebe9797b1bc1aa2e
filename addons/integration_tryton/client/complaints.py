"""Complaints in Tryton, module sale_complaint (``integration_after_sales/contract.py``)."""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    in_chunks,
    send_in_chunks,
)
from odoo.addons.integration_hub.client.text_block import join_text
from odoo.addons.integration_hub.client.words import list_rights

from .complaint_origins import ComplaintOriginsMixin
from .complaint_states import COMPLAINT, COMPLAINT_FIELDS, ComplaintStatesMixin
from .encoding import as_date
from .windows import Window, get_newest_stamp

_lt = TextMaker(__name__)

MODULE = "sale_complaint"
TYPE = "sale.complaint.type"
BATCH_SIZE = 50
# in which Tryton's own form lets the description be changed
CHANGEABLE = ("draft",)
CANCELLABLE = ("draft", "waiting")


class ComplaintsMixin(ComplaintOriginsMixin, ComplaintStatesMixin):
    """``complaint_*``.

    Our key is the complaint's ``reference``, which Tryton does not keep unique: it is
    looked up before every create. A complaint stays a draft there: its people look at it,
    decide what is done, and submit it (trytond/modules/sale_complaint/complaint.py).
    """

    # -- what is missing --------------------------------------------------------------

    def complaint_check(self):
        if MODULE not in self.modules:
            return [
                _lt(
                    "Complaints: activate the module %(module)s in Tryton. Until"
                    " then none can be sent or fetched.",
                    module=MODULE,
                )
            ]
        lacking = []
        denied = [
            right
            for right in ("read", "create", "write")
            if not self.has_right(COMPLAINT, right)
        ]
        if denied:
            lacking.append(
                _lt(
                    "Complaints: give the Tryton user %(login)s the right to"
                    " %(rights)s %(model)s (by a group there, such as Sales).",
                    login=self.login,
                    rights=list_rights(denied),
                    model=COMPLAINT,
                )
            )
        if not self._get_complaint_types():
            lacking.append(
                _lt(
                    "Complaints: make a complaint type in Tryton (Sales ›"
                    " Configuration › Customer Complaint › Types), with the"
                    " origin Sale Line for example."
                )
            )
        return lacking

    def _require_complaints(self):
        if MODULE not in self.modules:
            # somebody may have activated it meanwhile
            self.facts.pop("modules", None)
        if MODULE not in self.modules:
            raise ValidationError(
                _lt(
                    "The module %(module)s is not active in Tryton. Have it"
                    " activated there, then retry.",
                    module=MODULE,
                )
            )

    def complaint_kinds(self):
        return [
            {
                "remote_id": str(row["id"]),
                "code": row["origin."]["name"],
                "name": row["name"],
            }
            for row in self._get_complaint_types()
        ]

    def _get_complaint_types(self):
        """Asked anew each time: few, and somebody may just have made one."""
        if MODULE not in self.modules:
            return []
        return self.search_read(
            TYPE, [], ["name", "origin.name"], order=[["id", "ASC"]]
        )

    # -- find -------------------------------------------------------------------------

    def complaint_find(self, keys):
        self._require_complaints()
        found = {}
        for chunk in in_chunks(sorted(set(keys)), BATCH_SIZE):
            rows = self.search_read(
                COMPLAINT,
                [["company", "=", self.company_id], ["reference", "in", chunk]],
                COMPLAINT_FIELDS,
                order=[["id", "ASC"]],
            )
            for state in self._get_complaint_states(rows):
                for key in state["keys"]:
                    found.setdefault(key, state)
        return found

    def complaint_read(self, remote_ids):
        self._require_complaints()
        rows = self.read_existing(
            COMPLAINT, [int(item) for item in remote_ids], COMPLAINT_FIELDS
        )
        states = {
            state["remote_id"]: state
            for state in self._get_complaint_states(rows.values())
        }
        return [states.get(remote_id) for remote_id in remote_ids]

    # -- create -----------------------------------------------------------------------

    def complaint_create(self, complaints):
        try:
            self._require_complaints()
            types = self._get_complaint_types()
            if not types:
                raise ValidationError(
                    _lt(
                        "Tryton has no complaint type. Have one made there (Sales"
                        " › Configuration › Customer Complaint › Types), with the"
                        " origin Sale Line for example; then retry."
                    )
                )
            origins = self._find_origins(complaints, types)
        except IntegrationError as error:
            return [error] * len(complaints)
        prepared = [
            self._prepare_complaint(complaint, origin)
            for complaint, origin in zip(complaints, origins, strict=True)
        ]
        return send_in_chunks(self._create_complaints, in_chunks(prepared, BATCH_SIZE))

    def _create_complaints(self, prepared):
        ids = self.create_records(COMPLAINT, prepared, skip_warnings=True)
        rows = self.read_created(COMPLAINT, ids, COMPLAINT_FIELDS)
        return self._get_complaint_states([rows[item] for item in ids])

    def _prepare_complaint(self, complaint, origin):
        """:return: values of ``sale.complaint.create``"""
        values = {
            "reference": complaint["key"],
            "date": as_date(complaint["date"]),
            "customer": int(complaint["party_id"]),
            "company": self.company_id,
            "type": origin["type_id"],
            "origin": origin["origin"],
            "description": join_text(complaint["text"], complaint["key"]),
        }
        if origin["action"]:
            values["actions"] = [["create", [origin["action"]]]]
        return values

    # -- change -----------------------------------------------------------------------

    def complaint_update(self, updates):
        """The text alone: product and quantity are told in it, and the sale line they were
        taken from is theirs to correct."""
        ids = [int(item["remote_id"]) for item in updates]
        rows = self.read_existing(COMPLAINT, ids, COMPLAINT_FIELDS)
        states = {
            state["remote_id"]: state
            for state in self._get_complaint_states(rows.values())
        }
        answers, to_write = [True] * len(updates), []
        for index, update in enumerate(updates):
            if "text" not in update["fields"]:
                continue
            row = rows.get(int(update["remote_id"]))
            if row is None or row["state"] not in CHANGEABLE:
                answers[index] = ValidationError(
                    _lt(
                        "The complaint is past being a draft in Tryton, so its"
                        " text can't be changed there any more. Tell them, or"
                        " have it reset to draft there and retry."
                    )
                )
                continue
            complaint = update["complaint"]
            remarks = states[update["remote_id"]]["remarks"]
            text = join_text(complaint["text"], complaint["key"], remarks)
            to_write.append((index, row["id"], {"description": text}))
        sent = send_in_chunks(self._write_complaints, in_chunks(to_write, BATCH_SIZE))
        for (index, _id, _values), answer in zip(to_write, sent, strict=True):
            answers[index] = answer
        return answers

    def _write_complaints(self, items):
        # write takes any number of (records, values) pairs (ModelStorage.write)
        pairs = []
        for _index, complaint_id, values in items:
            pairs += [[complaint_id], values]
        self.rpc(COMPLAINT, "write", *pairs, changes=True, skip_warnings=True)
        return [True] * len(items)

    def complaint_cancel(self, remote_ids):
        rows = self.read_existing(
            COMPLAINT, [int(item) for item in remote_ids], ["state"]
        )
        open_ones = [
            complaint_id
            for complaint_id, row in rows.items()
            if row["state"] in CANCELLABLE
        ]
        outcomes = dict(
            zip(
                open_ones,
                send_in_chunks(
                    self._cancel_complaints, in_chunks(open_ones, BATCH_SIZE)
                ),
                strict=True,
            )
        )
        return [
            ValidationError(
                _lt(
                    "It is decided on in Tryton already, so it can't be cancelled"
                    " there. Agree with them on what is to be done."
                )
            )
            if rows.get(int(item), {}).get("state") in ("approved", "rejected", "done")
            else outcomes.get(int(item), True)
            for item in remote_ids
        ]

    def _cancel_complaints(self, ids):
        self.rpc(COMPLAINT, "cancel", list(ids), changes=True)
        return [True] * len(ids)

    # -- changes ----------------------------------------------------------------------

    def complaint_changes(self, cursor, limit):
        """In one search over the complaints; see :mod:`.windows` for how nothing gets lost
        between two of them."""
        self._require_complaints()
        window = Window.from_cursor(cursor)
        own_domain = [["company", "=", self.company_id]]
        if window.is_new:
            window.until = get_newest_stamp(self, COMPLAINT, own_domain)
        rows = self.search_read(
            COMPLAINT,
            [
                *own_domain,
                ["id", ">", window.after],
                window.get_domain("", "actions."),
            ],
            ["customer"],
            order=[["id", "ASC"]],
            limit=limit,
        )
        return {
            "complaints": [
                {"remote_id": str(row["id"]), "party_id": str(row["customer"])}
                for row in rows
            ],
            **window.to_page(rows, limit),
        }
