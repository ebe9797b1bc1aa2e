from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import (
    ConnectionReport,
    NetworkError,
    SystemClient,
)
from odoo.addons.integration_hub.tests.connector_case import ConnectorCase


class FakeClient(SystemClient):
    figures = {}
    faults = []
    calls = []

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def account_figures(self, remote_ids):
        self.calls.append(list(remote_ids))
        if self.faults:
            raise self.faults.pop()
        return [self.figures.get(remote_id) for remote_id in remote_ids]


class AccountFiguresCase(ConnectorCase):
    """A linked customer of an ERP in memory."""

    client_class = FakeClient
    own_flows = ("account_figures_pull",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.EUR").active = True
        cls.connector = cls.make_connector()
        cls.flow = cls.connector._get_flow("account_figures_pull")
        cls.salesperson = new_test_user(
            cls.env, "anna", "sales_team.group_sale_salesman", email="anna@example.com"
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "Brown Ltd", "is_company": True}
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ann", "parent_id": cls.partner.id}
        )
        cls.link(cls.partner, "7")

    def setUp(self):
        super().setUp()
        FakeClient.faults = []
        FakeClient.calls = []
        self.set_figures()

    def set_figures(self, **values):
        FakeClient.figures = {
            "7": {
                "currency": "EUR",
                "receivable": "20000",
                "overdue": "12300",
                "credit_limit": "15000.00",
                "credit_used": "20000",
                "is_on_hold": False,
                "margin": "",
                "margin_percent": "",
                "missing": ["Margin: not told."],
                **values,
            }
        }

    def pull(self, **values):
        if values:
            self.set_figures(**values)
        self.flow._enqueue_pull()
        self.run_lane()


@tagged("post_install", "-at_install")
class TestAccountFigures(AccountFiguresCase):
    """How a customer stands, and what a credit hold does; with an ERP in memory."""

    def make_lead(self):
        return self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.contact.id,
                "user_id": self.salesperson.id,
            }
        )

    def test_banner(self):
        self.pull()
        for record in (self.make_lead(), self.partner, self.contact):
            message = record.with_user(self.salesperson).account_figures_message
            self.assertIn("12,300.00", message)
            self.assertIn("overdue in ERP North, credit limit of", message)
        self.pull(overdue="0", credit_used="10", receivable="10")
        self.assertFalse(self.partner.account_figures_message)
        self.assertEqual(self.flow.figures_missing, "Margin: not told.")

    def test_users_without_the_right_see_nothing_and_no_error(self):
        self.pull()
        clerk = new_test_user(
            self.env, "carl", "base.group_user,base.group_partner_manager"
        )
        view = self.env["res.partner"].with_user(clerk).get_view(view_type="form")
        self.assertNotIn("account_figure", view["arch"])
        self.partner.with_user(clerk).read(["name"])

    def test_ask(self):
        self.pull()
        lead = self.make_lead().with_user(self.salesperson)
        action = lead.action_set_won_rainbowman()
        self.assertEqual(action["res_model"], "integration.credit.hold")
        self.assertNotEqual(lead.won_status, "won")
        dialog = self.env[action["res_model"]].with_user(self.salesperson)
        dialog = dialog.browse(action["res_id"])
        self.assertEqual(dialog.figure_ids.connector_name, "ERP North")
        dialog.action_win()
        self.assertEqual(lead.won_status, "won")
        self.assertIn("Won although", lead.message_ids[0].body)
        # reopened, it asks anew
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self.assertEqual(
            lead.action_set_won_rainbowman()["res_model"], "integration.credit.hold"
        )

    def test_ask_not_for_good_customers(self):
        self.flow.credit_hold_policy = "ask"
        self.pull(credit_used="10")
        lead = self.make_lead().with_user(self.salesperson)
        lead.action_set_won_rainbowman()
        self.assertEqual(lead.won_status, "won")

    def test_on_hold_in_the_erp(self):
        self.flow.credit_hold_policy = "ask"
        self.pull(overdue="0", credit_limit="", is_on_hold=True)
        self.assertEqual(
            self.partner.account_figures_message, "ERP North: on credit hold"
        )
        lead = self.make_lead().with_user(self.salesperson)
        self.assertEqual(
            lead.action_set_won_rainbowman()["res_model"], "integration.credit.hold"
        )

    def test_asks_at_first(self):
        self.assertEqual(self.flow.credit_hold_policy, "ask")

    def test_warn_and_off(self):
        self.flow.credit_hold_policy = "warn"
        self.pull()
        lead = self.make_lead().with_user(self.salesperson)
        lead.action_set_won_rainbowman()
        self.assertEqual(lead.won_status, "won")
        self.assertIn("Won although", lead.message_ids[0].body)
        self.flow.credit_hold_policy = "off"
        self.env.invalidate_all()
        self.assertFalse(self.partner.account_figures_message)

    def drag_to_won(self, leads):
        """:return: what whoever drags is told by the browser"""
        told = []

        def send(user, kind, message, **options):
            told.append((user, kind, message))

        with patch.object(self.registry["res.users"], "_bus_send", send):
            leads.with_user(self.salesperson).stage_id = self.env["crm.stage"].search(
                [("is_won", "=", True)], limit=1
            )
        return [item for item in told if item[1] == "simple_notification"]

    def test_dragged_to_won(self):
        """Nothing can be asked there: it is said, and noted."""
        self.pull()
        lead = self.make_lead()
        [(user, _kind, message)] = self.drag_to_won(lead)
        self.assertEqual(user, self.salesperson)
        self.assertIn("credit limit of", message["message"])
        self.assertIn("Won although", lead.message_ids[0].body)

    def test_dragged_and_not_said(self):
        """Many at once are noted alone; so is what nobody wants to be asked about."""
        self.pull()
        leads = self.make_lead() | self.make_lead()
        self.assertFalse(self.drag_to_won(leads))
        for lead in leads:
            self.assertIn("Won although", lead.message_ids[0].body)
        self.flow.credit_hold_policy = "warn"
        self.assertFalse(self.drag_to_won(self.make_lead()))

    def test_won_by_confirming(self):
        """What asks on the Won button keeps a confirmed quotation from winning."""
        self.pull()
        lead = self.make_lead()
        good = self.make_lead()
        good.partner_id = self.env["res.partner"].create({"name": "Good"})
        leads = (lead | good).sudo()
        [(asked, [text])] = leads._get_won_questions().items()
        self.assertEqual(asked, lead)
        self.assertIn("credit limit of", text)
        lead.credit_hold_accepted = True
        self.assertFalse(leads._get_won_questions())
        lead.credit_hold_accepted = False
        self.flow.credit_hold_policy = "warn"
        self.assertFalse(leads._get_won_questions())

    def test_other_companies(self):
        self.pull()
        company = self.env["res.company"].create({"name": "Other"})
        lead = self.make_lead()
        lead.write({"user_id": False, "team_id": False, "company_id": company.id})
        self.env.user.company_ids |= company
        self.assertFalse(
            lead.with_context(
                allowed_company_ids=[company.id, self.connector.company_id.id]
            ).account_figures_message
        )

    def test_pages_and_recovery(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{number}"} for number in range(5)]
        )
        self.env["integration.external.id"]._bind(
            self.connector,
            "party",
            [(partner, {"remote_id": f"R{partner.id}"}) for partner in partners],
        )
        self.flow.batch_size = 2
        FakeClient.faults = [NetworkError("cut off")]
        self.pull()
        read = [remote_id for call in FakeClient.calls[1:] for remote_id in call]
        self.assertEqual(len(read), 6, "after the fault each was read once")
        self.assertEqual(len(set(read)), 6)
        self.assertFalse(self.flow.cursor)

    def test_merged(self):
        """Both have figures: those of the one that stays stay."""
        other = self.env["res.partner"].create({"name": "Brown", "is_company": True})
        self.link(other, "8")
        self.set_figures()
        FakeClient.figures["8"] = {**FakeClient.figures["7"], "overdue": "5"}
        self.flow._enqueue_pull()
        self.run_lane()
        figure = self.partner.account_figure_ids
        self.assertEqual(len(figure | other.account_figure_ids), 2)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | other).ids, self.partner
        )
        self.env.invalidate_all()
        self.assertEqual(self.partner.account_figure_ids, figure)
        self.assertEqual(figure.overdue, 12300)

    def test_timeline(self):
        """A reading was not sent: it was received, and says what is different now."""
        entries = self.env["integration.timeline"]
        domain = [("res_model", "=", "res.partner"), ("res_id", "=", self.partner.id)]

        def read(**values):
            self.set_figures(**values)
            self.partner._enqueue_account_figures("test")
            self.run_lane()
            self.env.flush_all()
            return entries.search(domain)[0]

        entry = read()
        self.assertEqual((entry.direction, entry.state), ("in", "done"))
        self.assertIn("12,300.00", entry.diff_html)
        entry = read(overdue="12000", is_on_hold=True)
        self.assertIn("12,000.00", entry.diff_html)
        label = self.env["ir.model.fields"].get_field_string(
            "integration.account.figure"
        )
        self.assertIn(label["overdue"], entry.diff_html)
        self.assertIn(label["is_on_hold"], entry.diff_html)
        self.assertNotIn(label["receivable"], entry.diff_html)
        self.assertFalse(entries.search([*domain, ("direction", "=", "out")]))

    def test_gone_there(self):
        self.pull()
        self.assertTrue(self.partner.account_figure_ids)
        FakeClient.figures = {}
        self.pull()
        self.assertFalse(self.partner.account_figure_ids)

    def test_no_longer_linked(self):
        """Merged over there into another one: what was read is no longer true, and nobody
        would read it again."""
        self.pull(is_on_hold=True)
        other = self.partner.create({"name": "Blue"})
        links = self.env["integration.external.id"]
        links._bind(self.connector, "party", [(other, {"remote_id": "88"})])
        kept = self.env["integration.account.figure"].create(
            {
                "connector_id": self.connector.id,
                "partner_id": other.id,
                "currency_id": self.env.company.currency_id.id,
            }
        )
        self.assertTrue(self.partner.account_figure_ids.is_on_hold)
        links.search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", "party"),
                ("res_id", "=", self.partner.id),
            ]
        ).unlink()
        self.assertFalse(self.partner.account_figure_ids)
        self.assertFalse(self.partner.account_figures_message)
        self.assertTrue(kept.exists())

    def test_unknown_currency(self):
        self.pull(currency="XXQ")
        self.assertFalse(self.partner.account_figure_ids)
        self.assertIn("XXQ", self.flow.figures_missing)

    def test_form_that_is_not_saved(self):
        self.pull()
        Partner = self.env["res.partner"].with_user(self.salesperson)
        with self.assertNoLogs("odoo", "WARNING"):
            self.assertFalse(Partner.new({"name": "New"}).account_figures_message)
            contact = Partner.new({"name": "Ann", "parent_id": self.partner.id})
            self.assertIn("12,300.00", contact.account_figures_message)
            saved = Partner.new({"name": "Brown"}, origin=self.partner)
            self.assertIn("12,300.00", saved.account_figures_message)

    def test_check_before_won(self):
        """Contributed to the check of whichever addon makes one: what is known, and what
        is to be read anew."""
        lead = self.make_lead()
        [reading] = [
            item
            for item in lead._prepare_live_readings(self.flow)
            if item["name"] == "credit"
        ]
        self.assertEqual((reading["verb"], reading["ids"]), ("account_figures", ["7"]))

        def find():
            lead.invalidate_recordset()
            return [
                item
                for item in lead._check_before_won(self.flow)
                if item["kind"] == "credit"
            ]

        self.assertEqual(find(), [])
        answer = [None, FakeClient.figures["7"]]
        lead._take_live_reading(self.flow, "credit", ["5", "7"], answer)
        [finding] = find()
        self.assertIn("12,300.00", finding["text"])
        self.assertEqual(
            lead._fix_finding_open_figures(None, finding)["res_model"],
            "integration.account.figure",
        )
        # somebody else's reading
        lead._take_live_reading(self.flow, "credit", ["5"], [None])
        self.assertTrue(find())
        self.flow.state = "paused"
        self.assertNotIn(
            "credit",
            [item["name"] for item in lead._prepare_live_readings(self.flow)],
        )
