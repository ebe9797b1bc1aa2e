"""What holds for all addons of the suite, read from the database they are installed in."""

import sys
from pathlib import Path

import polib

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged

from .erp_case import TOOLS

ROOT_ADDON = "crm_integration_suite"


@tagged("post_install", "-at_install")
class TestWholeSuite(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = {
            file.parent.name for file in TOOLS.parent.glob("addons/*/__manifest__.py")
        }
        installed = cls.env["ir.module.module"].search([("state", "=", "installed")])
        # one of them may be left out on purpose, as that for another queue is
        cls.addons = {ROOT_ADDON, *own} & set(installed.mapped("name"))

    def test_templates_are_up_to_date(self):
        """What can be translated is in the ``.pot`` of its addon, and nothing else is."""
        if str(TOOLS) not in sys.path:
            sys.path.append(str(TOOLS))
        from translation_export import export_template

        faults = {}
        for addon in sorted(self.addons):
            file = Path(get_module_path(addon)) / "i18n" / f"{addon}.pot"
            kept = get_terms(str(file)) if file.exists() else set()
            found = get_terms(export_template(self.env, addon))
            if kept != found:
                faults[addon] = {"missing": found - kept, "unknown": kept - found}
        self.assertFalse(faults, "run `python3 tools/harness pot`")

    def test_empty_lists_say_what_to_do(self):
        records = self.env["ir.model.data"].search(
            [
                ("model", "=", "ir.actions.act_window"),
                ("module", "in", list(self.addons)),
            ]
        )
        actions = self.env["ir.actions.act_window"].browse(records.mapped("res_id"))
        lists = actions.filtered(
            lambda action: (
                {"list", "kanban"} & set(action.view_mode.split(","))
                and action.target != "new"
                and self.is_ours(action.res_model)
            )
        )
        self.assertGreater(len(lists), 10)
        silent = lists.filtered(lambda action: not action.help)
        self.assertFalse(silent, silent.mapped("xml_id"))

    def is_ours(self, model_name):
        """Whether an addon of the suite has made this model, not only added to it."""
        return self.registry[model_name]._original_module in self.addons


def get_terms(text):
    """:param str text: of a template, or the path of one
    :return: set of ``(context, original)``"""
    return {(entry.msgctxt, entry.msgid) for entry in polib.pofile(text or "\n")}
