import odoo.sql_db
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from .common import FakePriceClient, PriceCase


@tagged("post_install", "-at_install")
class TestPriceLoad(PriceCase):
    """Price lists are looked at before they change what customers are quoted."""

    def setUp(self):
        super().setUp()
        # as a new connector brings it along
        self.flow.write({"state": "paused", "next_run": self.flow.create_date})

    def run_cron(self):
        """What starts flows from minute to minute."""
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.flow"]._cron_start_due_flows()
        self.env.invalidate_all()

    def check(self):
        load = self.env["integration.load"].browse(
            self.flow.action_open_load()["res_id"]
        )
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        return load

    def load(self, load):
        self.flow.action_resume()
        load.action_load()
        self.run_lane()
        self.assertEqual(
            (load.state, load.remaining_count, load.problem_count), ("done", 0, 0)
        )

    def get_found(self, load, kind):
        """:return: list of tuples (name, outcome, detail)"""
        return sorted(
            (line.name, line.outcome, line.detail or "")
            for line in load.line_ids
            if line.payload["kind"] == kind
        )

    def make_all(self):
        """Two lists, two products, three customers."""
        self.add_list("R", "Retail", "USD")
        chair = self.make_product("1", name="Chair")
        self.make_product("2", name="Table")
        self.set_prices("1", (0, "90"), (10, "80.125"))
        self.set_prices("1", (0, "95"), price_list="R")
        self.set_prices("2", (0, "7"))
        given, _without, own = (self.make_partner(item) for item in ("A", "B", "C"))
        ours = self.env["product.pricelist"].create({"name": "Ours"})
        # property_product_pricelist would not keep what is the default anyway
        own.with_company(
            self.flow.company_id
        ).specific_property_product_pricelist = ours
        FakePriceClient.parties.update({"A": "W", "B": "", "C": "W"})
        return chair, given, own

    def test_nothing_before_somebody_has_looked(self):
        """By the buttons alone: check while it is paused, resume, load."""
        chair, given, own = self.make_all()
        money = self.currency.name
        load = self.check()
        self.assertEqual(
            self.get_found(load, "list"),
            [("Retail", "create", "USD"), ("Wholesale", "create", money)],
        )
        self.assertEqual(
            self.get_found(load, "price"),
            [
                ("Chair · Retail", "create", "95.00 USD"),
                (
                    "Chair · Wholesale",
                    "create",
                    f"90.00 {money}, 80.125 {money} from 10",
                ),
                ("Table · Wholesale", "create", f"7.00 {money}"),
            ],
        )
        self.assertEqual(
            self.get_found(load, "party"),
            [
                ("Party A", "change", "no list → Wholesale"),
                ("Party B", "same", ""),
                ("Party C", "change", "Ours → Wholesale"),
            ],
        )
        self.assertEqual((load.total_count, load.progress), (8, 100))
        self.assertFalse(self.get_list(), "nothing is written")
        self.assertFalse(given.specific_property_product_pricelist)
        self.assertFalse(
            self.env["integration.value.mapping"].search(
                [
                    ("kind", "=", "price_list"),
                    ("connector_id", "=", self.connector.id),
                ]
            )
        )
        with self.assertRaisesRegex(UserError, "paused"):
            load.action_load()
        self.flow.action_resume()
        self.run_cron()
        self.run_lane()
        self.assertFalse(self.get_list(), "resumed is not read")
        self.load(load)
        self.assertAlmostEqual(self.get_price(chair, 10), 80.125)
        self.assertAlmostEqual(self.get_price(chair, price_list="R"), 95)
        for partner in (given, own):
            self.assertEqual(
                partner.with_company(
                    self.flow.company_id
                ).specific_property_product_pricelist,
                self.get_list(),
            )
        self.assertFalse(self.flow.last_run, "the load is no run")
        load = self.check()
        self.assertEqual((load.same_count, len(load.line_ids)), (8, 8))

    def test_what_has_changed(self):
        self.make_all()
        self.flow.action_resume()
        self.pull()
        self.set_prices("1", (0, "99"), (10, "80.125"))
        self.set_prices("2")
        FakePriceClient.lists[0]["name"] = "Trade"
        FakePriceClient.lists.pop()
        FakePriceClient.parties["A"] = ""
        self.add_list("X", "Export", "NIX")
        money = self.currency.name
        load = self.check()
        self.assertEqual(
            self.get_found(load, "list"),
            [
                ("Export", "attention", "its currency, NIX, is not known here"),
                ("Retail", "change", "No longer in the ERP: archived here."),
                ("Trade", "change", "Wholesale → Trade"),
            ],
        )
        self.assertEqual(
            self.get_found(load, "price"),
            [
                (
                    "Chair · Trade",
                    "change",
                    f"90.00 {money}, 80.125 {money} from 10 → 99.00 {money},"
                    f" 80.125 {money} from 10",
                ),
                (
                    "Table · Trade",
                    "change",
                    f"7.00 {money}: no longer on the list",
                ),
            ],
        )
        self.assertEqual(
            self.get_found(load, "party"),
            [
                ("Party A", "change", "Trade → no list"),
                ("Party B", "same", ""),
                ("Party C", "same", "Trade"),
            ],
        )
        self.assertEqual(self.get_list().name, "Wholesale", "nothing is written")
        self.assertTrue(self.get_list("R").active)
        self.load(load)
        self.assertEqual(self.get_list().name, "Trade")
        self.assertFalse(self.get_list("R").active)
        FakePriceClient.lists[1:] = []
        self.add_list("R", "Retail", "USD")
        self.assertIn(
            ("Retail", "change", "In the ERP again: taken out of the archive."),
            self.get_found(self.check(), "list"),
        )

    def test_prices_wait_for_their_lists(self):
        """Lists are made by one job, whichever lane comes first."""
        self.make_all()
        load = self.check()
        self.flow.action_resume()
        load.action_load()
        while load._queue_lines(1):
            pass
        jobs = load.line_ids.job_id
        lists = jobs.filtered(lambda job: job.operation == "load_list")
        self.assertEqual(len(lists), 1)
        lists.next_try = "2099-01-01 00:00:00"
        self.run_lane()
        self.assertFalse(self.get_list())
        self.assertEqual((jobs - lists).blocked_by_id, lists)
        lists.next_try = self.env.cr.now()
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertEqual(len(self.get_list().item_ids), 3)

    def test_network_failure(self):
        self.make_all()
        FakePriceClient.faults += [NetworkError("down")]
        load = self.check()
        self.assertEqual(len(load.line_ids), 8)

    def test_nothing_there(self):
        FakePriceClient.lists.clear()
        self.assertFalse(self.check().line_ids)

    def test_volume(self):
        """No statement for each price or customer, neither in the check nor in the load."""

        def count(method, *args):
            self.env.flush_all()
            before = odoo.sql_db.sql_counter
            result = method(*args)
            return odoo.sql_db.sql_counter - before, result

        def measure(numbers):
            for number in numbers:
                self.make_product(f"{number}", name=f"Product {number}")
                self.set_prices(f"{number}", (0, "50"), (10, "40"))
                self.make_partner(f"P{number}")
                FakePriceClient.parties[f"P{number}"] = "W"
            checked, load = count(self.check)
            loaded, _none = count(self.load, load)
            self.flow.action_pause()
            return checked, loaded

        measure(range(2))
        few = measure(range(2, 12))
        many = measure(range(12, 92))
        for name, more, less in zip(("check", "load"), many, few, strict=True):
            with self.subTest(name):
                self.assertLess((more - less) / 70, 3)
