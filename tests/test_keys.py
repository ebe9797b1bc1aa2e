import ast
from itertools import combinations, product

from lxml import etree

from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

# What Odoo's own form answers to (Alt and the key): save, discard, new; the pager; the
# breadcrumb; the action menu; the home menu; the chatter; who it is assigned to; the stage.
OF_FORMS = {*"sjcnpbuhmixk", "shift+x", "shift+m", "shift+a", "shift+u", "shift+i"}
# A dialog with buttons of its own has none of them; but save and discard stay what they are.
OF_DIALOGS = {"s", "j"}
OURS = "//button[@data-hotkey][not(ancestor::field[list or form or kanban])]"


def get_mark(button):
    return button.get("name"), button.get("data-hotkey")


def get_names(expression):
    return {
        node.id
        for node in ast.walk(ast.parse(expression, mode="eval"))
        if isinstance(node, ast.Name)
    }


@tagged("post_install", "-at_install")
class TestKeys(TransactionCase):
    """A button of ours answers to its key, and nothing else on its form does."""

    def get_forms(self):
        """:return: dict ``{form: marks of our buttons on it}``, of each form that the suite
        makes or extends"""
        modules = self.env["ir.module.module"].search(
            [("state", "=", "installed"), ("name", "like", "integration")]
        )
        known = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", modules.mapped("name"))]
        )
        views = self.env["ir.ui.view"].browse(known.mapped("res_id"))
        forms = {}
        for view in views.filtered(lambda found: found.type == "form"):
            root = view
            while root.mode == "extension":
                root = root.inherit_id
            marks = forms.setdefault(root, set())
            for button in etree.fromstring(view.arch_db).iter("button"):
                if button.get("data-hotkey"):
                    marks.add(get_mark(button))
        return forms

    def get_values(self, model, name):
        """:return: what a field in a condition may be"""
        field = model._fields.get(name)
        if field is not None and field.type == "selection":
            return [False, *field.get_values(self.env)]
        return [False, True]

    def are_shown_together(self, model, one, other):
        conditions = [button.get("invisible") or "False" for button in (one, other)]
        names = sorted(set().union(*map(get_names, conditions)))
        for values in product(*(self.get_values(model, name) for name in names)):
            scope = dict(zip(names, values, strict=True))
            if not any(safe_eval(condition, scope) for condition in conditions):
                return True
        return False

    def test_keys(self):
        forms = self.get_forms()
        self.assertGreater(sum(map(len, forms.values())), 20)
        for view, marks in forms.items():
            arch = view._get_combined_arch()
            model = self.env[view.model]
            buttons = arch.xpath(OURS)
            owned = OF_DIALOGS if arch.xpath("//footer") else OF_FORMS
            for button in buttons:
                if get_mark(button) in marks:
                    with self.subTest(form=view.name, button=button.get("name")):
                        self.assertNotIn(button.get("data-hotkey"), owned)
            for one, other in combinations(buttons, 2):
                if {get_mark(one), get_mark(other)}.isdisjoint(marks):
                    continue
                if one.get("data-hotkey") != other.get("data-hotkey"):
                    continue
                with self.subTest(form=view.name, button=one.get("name")):
                    self.assertFalse(
                        self.are_shown_together(model, one, other),
                        f"{get_mark(one)} and {get_mark(other)}",
                    )
