"""Orders in the real Tryton: confirmed, and what may be in the way."""

from unittest.mock import patch

from odoo.addons.integration_hub.client import ValidationError

from .common import TrytonCase, contract


class TestConfirm(TrytonCase):
    def test_confirm(self):
        ids = [self.create_sale()["remote_id"] for _number in range(3)]
        answers = self.client.order_confirm([*ids, "99999999"])
        self.assert_error(answers.pop(), "validation", "no longer")
        self.assert_conforms(answers, list[contract.OrderAnswer])
        self.assertEqual({answer["state"] for answer in answers}, {"confirmed"})
        numbers = {answer["number"] for answer in answers}
        self.assertEqual(len(numbers), 3)
        self.assertNotIn("(", "".join(numbers))
        # once more changes nothing
        self.assertEqual(self.client.order_confirm(ids), answers)

    def test_quotation_is_confirmed(self):
        answer = self.create_sale()
        self.client.rpc("sale.sale", "quote", [int(answer["remote_id"])], changes=True)
        (found,) = self.client.order_find([answer["key"]]).values()
        self.assertEqual(found["state"], "draft")
        (answer,) = self.client.order_confirm([answer["remote_id"]])
        self.assertEqual(answer["state"], "confirmed")

    def test_overtaken_by_a_lost_call(self):
        """Found by a campaign of faults: a call given up as lost pressed the button first,
        so ours was refused, and a person was asked for nothing."""
        press = type(self.client)._press
        for button, kind in (("quote", "network"), ("confirm", None)):

            def press_late(client, name, ids, button=button):
                answers = press(client, name, ids)
                if name == button:
                    return [ValidationError("You can not call this.")] * len(ids)
                return answers

            sale_id = self.create_sale()["remote_id"]
            with (
                self.subTest(button),
                patch.object(type(self.client), "_press", press_late),
            ):
                (answer,) = self.client.order_confirm([sale_id])
                if kind:
                    self.assert_error(answer, kind)
                else:
                    self.assertEqual(answer["state"], "confirmed")
            (answer,) = self.client.order_confirm([sale_id])
            self.assertEqual(answer["state"], "confirmed")

    def test_answer_of_another(self):
        """Found by a campaign of faults: something else answered, and the order stayed a
        quotation without anybody being told."""
        press = type(self.client)._press
        for button in ("quote", "confirm"):

            def press_nothing(client, name, ids, button=button):
                return [None] * len(ids) if name == button else press(client, name, ids)

            sale_id = self.create_sale()["remote_id"]
            with (
                self.subTest(button),
                patch.object(type(self.client), "_press", press_nothing),
            ):
                (answer,) = self.client.order_confirm([sale_id])
                self.assert_error(answer, "network")
            (answer,) = self.client.order_confirm([sale_id])
            self.assertEqual(answer["state"], "confirmed")

    def test_one_that_cannot_be_quoted(self):
        homeless = self.create_party(addresses=[])
        ids = [self.create_sale()["remote_id"] for _number in range(2)]
        bad = self.create_sale(party_id=homeless["remote_id"])["remote_id"]
        first, refused, last = self.client.order_confirm([ids[0], bad, ids[1]])
        self.assert_error(refused, "validation", "address")
        self.assertEqual((first["state"], last["state"]), ("confirmed", "confirmed"))

    def make_unprocessable(self):
        """An order whose unit gets past Tryton's check, beside a line that may have it."""
        units = {
            item["name"]: item["remote_id"] for item in self.client.value_list("unit")
        }
        lines = [self.make_product_line(), self.make_product_line("GREASE-H1")]
        kilogram_id = int(units["Kilogram"])
        with patch.object(type(self.client), "_get_unit_id", return_value=kilogram_id):
            return self.create_sale(lines)["remote_id"]

    def test_one_that_cannot_be_processed(self):
        """Tryton would leave the whole batch without invoices, and tell nobody."""
        ids = [self.create_sale()["remote_id"] for _number in range(2)]
        bad = self.make_unprocessable()
        # so that it is known that this Tryton has no worker
        self.create_sale(is_confirmed=True)
        with self.make_client(
            options={"login": self.erp["admin"]["login"]},
            credentials={"password": self.erp["admin"]["password"]},
        ) as client:
            client.facts["processes_at_once"] = True
            first, refused, last = client.order_confirm([ids[0], bad, ids[1]])
        self.assert_error(refused, "validation", "can't be processed")
        for answer in (first, last):
            self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
            remote = self.read_remote(
                "sale.sale", answer["remote_id"], "state", "invoices"
            )
            self.assertEqual(remote["state"], "processing")
            self.assertTrue(remote["invoices"])

    def test_not_processed_is_told_without_the_right_to_process(self):
        bad = self.make_unprocessable()
        self.create_sale(is_confirmed=True)
        with patch.object(type(self.client), "may_press", return_value=False):
            (refused,) = self.client.order_confirm([bad])
        self.assert_error(refused, "validation", "Press “Process”")
        # it is confirmed all the same
        (answer,) = self.client.order_confirm([bad])
        self.assertEqual(answer["state"], "confirmed")
