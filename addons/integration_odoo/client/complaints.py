"""Complaints as repair orders (``integration_after_sales/contract.py``)."""

import json
from collections import defaultdict
from datetime import datetime

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    send_by_halving,
)
from odoo.addons.integration_hub.client.text_block import join_text
from odoo.addons.integration_hub.client.words import list_rights

from .changes import MOMENT, OVERLAP
from .complaint_goods import ComplaintGoods
from .complaint_states import REPAIR, ComplaintStates
from .convert import read_text, to_id
from .notes import replace_text, to_html
from .orders import CREATE_CONTEXT

_lt = TextMaker(__name__)

# all that may be written
CHANGEABLE = ("draft", "confirmed", "ready", "under_repair")


class ComplaintVerbs(ComplaintGoods, ComplaintStates):
    """``complaint_*``.

    A complaint becomes a repair order (app *Repairs*) in state *New*: what is to be done is
    for them to say. Our key is the name of one of its references (``stock.reference``,
    since 19), which a duplicated repair order does not take along; before 19 it stands in
    the notes alone. Until 16 a repair order needs goods, and their unit. Nothing keeps it unique, so it is looked up before every create.

    The order the goods were sold with is told in words only: a repair order linked to it
    would put its parts on that order (``repair/models/stock_move.py``,
    ``_create_repair_sale_order_line``).
    """

    # -- what is missing --------------------------------------------------------------

    def complaint_check(self):
        if not self.has_model(REPAIR):
            return [
                _lt(
                    "Complaints: install the app Repairs in the other Odoo. Until"
                    " then none can be sent or fetched."
                )
            ]
        user = self._read_own_user()
        lacking = [
            right
            for right in ("read", "create", "write")
            if not self._has_right(REPAIR, right)
        ]
        if lacking:
            return [
                _lt(
                    "Complaints: give %(user)s the right to %(rights)s repair"
                    " orders (group “Inventory / User”).",
                    user=user["name"],
                    rights=list_rights(lacking),
                )
            ]
        return []

    def _require_repairs(self):
        if not self.has_model(REPAIR):
            raise ValidationError(
                _lt(
                    "The app Repairs is not installed in the other Odoo. Have it"
                    " installed there, then retry."
                )
            )

    def complaint_kinds(self):
        """Tags of repair orders."""
        if not self.has_model("repair.tags"):
            return []
        return [
            {"remote_id": str(row["id"]), "code": "", "name": row["name"]}
            for row in self.search_read("repair.tags", [], ["name"])
        ]

    # -- find -------------------------------------------------------------------------

    def complaint_find(self, keys):
        self._require_repairs()
        found = {}
        for state in self._read_states(self._get_key_domain(keys)):
            for key in state["keys"]:
                if key in keys:
                    # a copy made there bears the text, not the reference
                    found.setdefault(key, state)
        return found

    def _get_key_domain(self, keys):
        if self.get_field(REPAIR, "reference_ids"):
            return [("reference_ids.name", "in", list(keys))]
        clauses = [("internal_notes", "like", f"[{key}]") for key in keys]
        return ["|"] * (len(clauses) - 1) + clauses

    def complaint_read(self, remote_ids):
        self._require_repairs()
        ids = [to_id(remote_id, "repair order") for remote_id in remote_ids]
        states = {
            state["remote_id"]: state
            for state in self._read_states([("id", "in", sorted(set(ids)))])
        }
        return [states.get(str(repair_id)) for repair_id in ids]

    # -- create -----------------------------------------------------------------------

    def complaint_create(self, complaints):
        self._require_repairs()
        answers = [None] * len(complaints)
        prepared = []
        units = self._read_own_units(complaints)
        for index, complaint in enumerate(complaints):
            try:
                prepared.append((index, self._prepare_repair(complaint, units)))
            except ValidationError as error:
                answers[index] = error
        created = send_by_halving(
            self._create_repairs, [values for _index, values in prepared]
        )
        for (index, _values), answer in zip(prepared, created, strict=True):
            answers[index] = answer
        return answers

    def _create_repairs(self, values_list):
        ids = self.call(
            REPAIR,
            "create",
            vals_list=values_list,
            context=CREATE_CONTEXT,
            changes=True,
            purpose="create repair orders",
        )
        try:
            states = self.complaint_read([str(repair_id) for repair_id in ids])
            if None not in states:
                return states
            detail = str(ids)
        except IntegrationError as error:
            detail = f"{error.message} {error.technical}"
        # they are there: any other kind could have them sent again
        raise OutcomeUnknownError(
            _lt("The repair orders are created, but could not be read."), detail
        )

    def _prepare_repair(self, complaint, units):
        """Values of a ``repair.order``."""
        self._check_goods(complaint)
        values = {
            "partner_id": to_id(complaint["party_id"], "customer"),
            "internal_notes": self._prepare_notes(
                join_text(complaint["text"], complaint["key"])
            ),
            # nobody's yet: our user repairs nothing
            "user_id": False,
            **self._prepare_repair_product(complaint, units),
        }
        if self.get_field(REPAIR, "reference_ids"):
            values["reference_ids"] = [(0, 0, {"name": complaint["key"]})]
        if complaint["kind_id"] and self.get_field(REPAIR, "tag_ids"):
            values["tag_ids"] = [(6, 0, [to_id(complaint["kind_id"], "tag")])]
        if self.settings.options.get("company_id"):
            values["company_id"] = int(self.settings.options["company_id"])
        return values

    def _prepare_notes(self, text):
        return to_html(text) if self._has_html_notes() else text

    # -- change -----------------------------------------------------------------------

    def complaint_update(self, updates):
        notes = self._read_changeable_notes(updates)
        answers, tables = [], defaultdict(list)
        units = self._read_own_units([update["complaint"] for update in updates])
        for index, update in enumerate(updates):
            if update["remote_id"] not in notes:
                answers.append(
                    ValidationError(
                        _lt(
                            "The repair order is finished or cancelled there:"
                            " nothing of it can be changed any more. Tell them,"
                            " or report anew."
                        )
                    )
                )
                continue
            answers.append(True)
            try:
                cells = self._prepare_cells(update, notes[update["remote_id"]], units)
            except ValidationError as error:
                answers[index] = error
                continue
            if cells:
                names = tuple(sorted(cells))
                row = [update["remote_id"], *map(cells.get, names)]
                tables[names].append((index, row))
        for names, table in tables.items():
            outcomes = send_by_halving(
                lambda items, names=names: self._load_repairs(
                    names, [row for _index, row in items]
                ),
                table,
            )
            for (index, _row), outcome in zip(table, outcomes, strict=True):
                answers[index] = outcome
        return answers

    def _read_changeable_notes(self, updates):
        """:return: ``{remote id: notes as they stand}``; nothing of what can't be changed"""
        rows = self.search_read(
            REPAIR,
            [
                ("id", "in", [int(item["remote_id"]) for item in updates]),
                ("state", "in", CHANGEABLE),
            ],
            ["internal_notes"],
            purpose="read notes of repair orders",
        )
        return {str(row["id"]): read_text(row, "internal_notes") for row in rows}

    def _prepare_changed_notes(self, complaint, notes):
        """Our text anew; of theirs nothing is lost."""
        _keys, _text, remarks = self._split_notes(notes)
        if self._has_html_notes():
            return replace_text(notes, complaint["text"], complaint["key"], remarks)
        return join_text(complaint["text"], complaint["key"], remarks)

    def _prepare_cells(self, update, notes, units):
        """
        :param str notes: as they stand there
        :return: ``{column: text}`` for ``write_table``
        """
        complaint, fields = update["complaint"], set(update["fields"])
        cells = {}
        if "text" in fields:
            cells["internal_notes"] = self._prepare_changed_notes(complaint, notes)
        if not fields & {"product_id", "quantity"}:
            return cells
        self._check_goods(complaint)
        # only goods are repaired: a service takes the place of the goods that were there
        product_id = "" if complaint["is_service"] else complaint["product_id"]
        if "product_id" in fields:
            cells["product_id/.id"] = product_id
        if product_id:
            cells["product_qty"] = complaint["quantity"]
            unit_id = complaint["unit_id"] or units.get(product_id)
            if unit_id:
                cells["product_uom/.id"] = unit_id
        return cells

    def _load_repairs(self, names, table):
        self.write_table(
            REPAIR,
            [".id", *names],
            table,
            context=CREATE_CONTEXT,
            purpose="change repair orders",
        )
        return [True] * len(table)

    def complaint_cancel(self, remote_ids):
        ids = [to_id(remote_id, "repair order") for remote_id in remote_ids]
        rows = {
            row["id"]: row["state"]
            for row in self.search_read(REPAIR, [("id", "in", ids)], ["state"])
        }
        open_ones = [
            repair_id
            for repair_id in dict.fromkeys(ids)
            if rows.get(repair_id) in CHANGEABLE
        ]
        outcomes = dict(
            zip(
                open_ones, send_by_halving(self._cancel_repairs, open_ones), strict=True
            )
        )
        return [
            ValidationError(
                _lt(
                    "It is repaired already, so it can't be cancelled there."
                    " Agree with them on what is to be done."
                )
            )
            if rows.get(repair_id) in ("done", "2binvoiced")
            else outcomes.get(repair_id, True)
            for repair_id in ids
        ]

    def _cancel_repairs(self, ids):
        # may be repeated: who is cancelled already is not asked again
        answer = self.call(
            REPAIR, "action_repair_cancel", ids, changes=True, purpose="cancel repairs"
        )
        self.check_action_answer(answer)
        return [True] * len(ids)

    # -- changes ----------------------------------------------------------------------

    def complaint_changes(self, cursor, limit):
        """Repair orders by time of change, then those whose parts have changed; see
        ``ChangeVerbs`` for how nothing gets lost between two pages."""
        self._require_repairs()
        position = {
            "since": "1970-01-01 00:00:00",
            "began": None,
            "places": {},
            "done": [],
            **(json.loads(cursor) if cursor else {}),
        }
        found = {}
        for source, find in (
            ("repair", self._find_changed_repairs),
            ("part", self._find_repairs_of_parts),
        ):
            while source not in position["done"] and len(found) < limit:
                place = position["places"].get(source) or {"since": position["since"]}
                ids, place, is_last = find(place, limit)
                found.update(dict.fromkeys(ids))
                position["began"] = position["began"] or self._get_remote_time()
                position["places"][source] = place
                if is_last:
                    position["done"].append(source)
        more = len(position["done"]) < 2
        if not more:
            began = datetime.strptime(position["began"], MOMENT)
            position = {"since": (began - OVERLAP).strftime(MOMENT)}
        return {
            "complaints": self._read_customers_of(list(found)),
            "cursor": json.dumps(position),
            "more": more,
        }

    def _find_changed_repairs(self, place, limit):
        domain = self._get_company_domain(REPAIR)
        rows, place, is_last = self._read_page(REPAIR, domain, [], place, limit)
        return [row["id"] for row in rows], place, is_last

    def _find_repairs_of_parts(self, place, limit):
        model, kind = self._get_part_source()
        if not model:
            return [], place, True
        rows, place, is_last = self._read_page(
            model,
            [
                ("repair_id", "!=", False),
                (kind, "!=", False),
                *self._get_company_domain(model),
            ],
            ["repair_id"],
            place,
            limit,
        )
        return [row["repair_id"][0] for row in rows], place, is_last

    def _read_customers_of(self, ids):
        if not ids:
            return []
        rows = self.search_read(REPAIR, [("id", "in", ids)], ["partner_id"])
        customers = self._read_commercial_partners(rows)
        return [
            {"remote_id": str(row["id"]), "party_id": customers.get(row["id"], "")}
            for row in rows
        ]
