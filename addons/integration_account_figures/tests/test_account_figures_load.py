from lxml import html

from odoo.tests import tagged

from .test_account_figures import AccountFiguresCase, FakeClient


@tagged("post_install", "-at_install")
class TestAccountFiguresLoad(AccountFiguresCase):
    """First load: what is owed, customer by customer, and in all."""

    def check(self):
        action = self.flow.action_open_load()
        load = self.env["integration.load"].browse(action["res_id"])
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        return load

    def make_customer(self, remote_id, **figures):
        customer = self.env["res.partner"].create({"name": f"Customer {remote_id}"})
        self.link(customer, remote_id)
        FakeClient.figures[remote_id] = {**FakeClient.figures["7"], **figures}
        return customer

    def get_rows(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM integration_account_figure ORDER BY id")
        return self.env.cr.fetchall()

    def test_dry_run_writes_nothing(self):
        same = self.make_customer("8", receivable="100", overdue="0")
        gone = self.make_customer("9")
        self.pull()
        self.set_figures(receivable="500", overdue="0", is_on_hold=True)
        FakeClient.figures["8"] = {
            **FakeClient.figures["7"],
            "receivable": "100",
            "overdue": "0",
            "is_on_hold": False,
        }
        FakeClient.figures["9"] = None
        new = self.make_customer("10", receivable="40.5")
        foreign = self.make_customer("11", currency="XTS")
        rows, missing = self.get_rows(), self.flow.figures_missing
        load = self.check()
        self.assertEqual(self.get_rows(), rows)
        self.assertEqual(self.flow.figures_missing, missing)
        lines = {line.res_id: line for line in load.line_ids}
        self.assertEqual(
            {key: line.outcome for key, line in lines.items()},
            {
                self.partner.id: "change",
                same.id: "same",
                gone.id: "change",
                new.id: "create",
                foreign.id: "attention",
            },
        )
        detail = lines[self.partner.id].detail
        self.assertIn("20,000.00", detail)
        self.assertIn("500.00", detail)
        self.assertIn("Credit Hold: – → Yes", detail)
        self.assertIn("XTS", lines[foreign.id].detail)
        euro = self.env.ref("base.EUR")
        totals = {
            row[0].text: [cell.text for cell in row[1:]]
            for row in html.fromstring(load.totals_html).iter("tr")
        }
        self.assertEqual(totals["To Create"], ["1", euro.format(40.5)])
        self.assertEqual(totals["To Change"], ["2", euro.format(500)])
        self.assertEqual(totals["Left Alone"], ["1", euro.format(100)])
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("done", 3))
        Figure = self.env["integration.account.figure"]
        figures = Figure.search([("connector_id", "=", self.connector.id)])
        self.assertEqual(
            {figure.partner_id: figure.receivable for figure in figures},
            {self.partner: 500, same: 100, new: 40.5},
        )
