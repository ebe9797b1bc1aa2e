from difflib import SequenceMatcher

from odoo import api, models


class IntegrationValueMapping(models.Model):
    """Taxes: an ERP has several of one rate (goods, services). The one whose name is most
    like ours is proposed, and a person confirms it."""

    _inherit = "integration.value.mapping"

    def _match(self, connector, kind, local_field, remote_field):
        if remote_field != "alike":
            return super()._match(connector, kind, local_field, remote_field)
        if kind not in self._get_installed_kind_models():
            return {}
        values = self.env["integration.remote.value"].search(
            [("connector_id", "=", connector.id), ("kind", "=", kind)]
        )
        taxes = self.env[self._get_kind_models()[kind]].sudo()
        taxes = taxes.browse(self.mapped("res_id")).exists()
        by_id = {tax.id: tax for tax in taxes}
        matches = {}
        for line in self.filtered(lambda found: found.res_id in by_id):
            remote = self._find_most_alike(by_id[line.res_id], values)
            if remote and remote.remote_id != line.remote_id:
                matches[line] = remote
        return matches

    @api.model
    def _find_most_alike(self, tax, values):
        """:return: of ``values`` the one that counts as ``tax`` does, with the name most like
        its own; none where two are equally like it"""
        values = values.filtered(lambda value: self._is_counted_alike(tax, value))
        likeness = {value: _get_likeness(tax.name, value.name) for value in values}
        most = max(likeness.values(), default=0)
        found = values.filtered(lambda value: likeness[value] == most)
        return found if len(found) == 1 else values.browse()

    @api.model
    def _is_counted_alike(self, tax, value):
        """:return: whether a value of the ERP has the rate of ``tax``, and both add it to the
        price, or both have it in there"""
        return (
            tax.amount_type == "percent"
            and bool(value.rate)
            and self._get_match_key(value.rate) == self._get_match_key(tax.amount)
            and value.price_include == tax.price_include
        )

    @api.model
    def _is_called_alike(self, tax, value):
        """:return: whether it bears the same name there, as ours was first named or in the
        language of whoever looks"""
        names = {self._get_match_key(tax.name)}
        names.add(self._get_match_key(tax.with_context(lang=None).name))
        return self._get_match_key(value.name) in names

    def _has_rival(self):
        """:return: whether another value there counts as the one of this line does"""
        self.ensure_one()
        value = self.remote_value_id
        others = self.env["integration.remote.value"].search(
            [
                ("connector_id", "=", self.connector_id.id),
                ("kind", "=", self.kind),
                ("rate", "=", value.rate),
                ("price_include", "=", value.price_include),
                ("id", "!=", value.id),
            ],
            limit=1,
        )
        return bool(others)


def _get_likeness(one, other):
    """:return: from 0 to 1, in letters and digits alone: “21% G” is “21 % g”"""
    one, other = (
        "".join(filter(str.isalnum, (name or "").casefold())) for name in (one, other)
    )
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
