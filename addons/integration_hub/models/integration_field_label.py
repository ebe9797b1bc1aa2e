from decimal import Decimal, InvalidOperation

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ..client.redact import REDACTED, SECRET_NAMES
from .json_difference import EMPTY, get_label

SEPARATOR = " › "


class IntegrationFieldLabel(models.AbstractModel):
    """What the fields of requests and answers are called by people, in their language.

    Most of them stand for a field of Odoo's, whose label and values are translated
    already; the others have a word here. Flow addons add theirs.
    """

    _name = "integration.field.label"
    _description = "Labels of What Is Sent and Received"

    @api.model
    @api.private
    def _get_fields(self):
        """:return: dict ``{name: (model, field)}``. A name may be told from its like by
        what it is in: ``"addresses.kind"``."""
        return {
            "active": ("res.partner", "active"),
            "barcode": ("product.product", "barcode"),
            "city": ("res.partner", "city"),
            "country_code": ("res.partner", "country_id"),
            "email": ("res.partner", "email"),
            "lang": ("res.partner", "lang"),
            "name": ("res.partner", "name"),
            "phone": ("res.partner", "phone"),
            "product_id": ("integration.product.mapping", "product_id"),
            "state_code": ("res.partner", "state_id"),
            "street": ("res.partner", "street"),
            "street2": ("res.partner", "street2"),
            "vat": ("res.partner", "vat"),
            "website": ("res.partner", "website"),
            "zip": ("res.partner", "zip"),
        }

    @api.model
    @api.private
    def _get_terms(self):
        """:return: dict ``{name: label}`` of what no field of Odoo's stands for"""
        return {
            "address": self.env._("Address"),
            "amount": self.env._("Amount"),
            "code": self.env._("Code"),
            "currency": self.env._("Currency"),
            "date": self.env._("Date"),
            "description": self.env._("Description"),
            "items": self.env._("Items"),
            "key": self.env._("Our key"),
            "kind": self.env._("Kind"),
            "number": self.env._("Number"),
            "quantity": self.env._("Quantity"),
            "remote_id": self.env._("ID there"),
            "state": self.env._("Status"),
            "text": self.env._("Text"),
            "title": self.env._("Title"),
            "unit": self.env._("Unit"),
            "unit_id": self.env._("Unit"),
            "url": self.env._("Link"),
        }

    @api.model
    def _get_yes_or_no(self, value):
        return self.env._("Yes") if value else self.env._("No")

    @api.model
    @api.private
    def _get_labels(self, within=()):
        """
        :param tuple within: names of what the paths are in
        :return: :class:`Labels`, in the language of ``self.env``
        """
        return Labels(self, within)


class Labels:
    """The labels of one page: each is looked up once."""

    def __init__(self, model, within):
        self.model = model
        self.within = within
        self.env = model.env
        self.fields = model._get_fields()
        self.terms = model._get_terms()
        self.known = {}  # name -> label

    def get_path(self, path, item_names=None):
        """``("order", "lines", "2", "unit_price")`` as “Order › Lines › 2 › Unit Price”.

        :param tuple path: names and keys from the outside in
        :param dict item_names: what items of lists are called, by their paths
        """
        item_names = item_names or {}
        return SEPARATOR.join(
            item_names.get(path[: index + 1]) or self._get_label(path[: index + 1])
            for index in range(len(path))
        )

    def get_value(self, path, value):
        """A plain value as people write it; what is secret stays secret."""
        if value in EMPTY:
            return ""
        if any(part.lower() in SECRET_NAMES for part in path):
            return REDACTED
        if isinstance(value, bool):
            return self.model._get_yes_or_no(value)
        known = self.fields.get(self._find_name(path))
        return (
            self._write(self.env[known[0]]._fields[known[1]], value)
            if known
            else str(value)
        )

    def _write(self, field, value):
        """As the field is shown on a form; what does not fit it is left as it is."""
        if field.type == "selection":
            return str(dict(field._description_selection(self.env)).get(value, value))
        try:
            if field.type == "date":
                return format_date(self.env, value)
            if field.type == "monetary":
                decimals = -Decimal(str(value)).normalize().as_tuple().exponent
                return formatLang(self.env, float(value), max(2, decimals))
        except (InvalidOperation, TypeError, ValueError):
            pass
        return str(value)

    def _get_label(self, path):
        name = self._find_name(path)
        if name not in self.known:
            self.known[name] = (
                self.terms.get(name)
                or (name in self.fields and self._get_string(*self.fields[name]))
                or get_label(path[-1:])
            )
        return self.known[name]

    def _find_name(self, path):
        """The last part of ``path`` as it is known: with what it is in, or by itself."""
        *outer, name = (*self.within, *path)
        for part in reversed(outer[-2:]):
            inner = f"{part}.{name}"
            if inner in self.fields or inner in self.terms:
                return inner
        return name

    def _get_string(self, model_name, field_name):
        return self.env["ir.model.fields"].get_field_string(model_name)[field_name]
