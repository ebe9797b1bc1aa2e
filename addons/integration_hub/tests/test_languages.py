"""Whose language the texts are in that nobody asks for on a screen: those of lanes."""

import copy
import json
import time

from odoo.tests import BaseCase, new_test_user
from odoo.tools.translate import code_translations

from ..client import (
    AuthenticationError,
    ConnectionReport,
    Exchange,
    NetworkError,
    Text,
    TextMaker,
    ValidationError,
    error_from_dict,
    get_hold_back,
    join_texts,
    unpack_text,
)
from ..client.text import LONGEST_PACK, LONGEST_VALUE
from ..client.words import get_noun, list_rights
from ..translation import say_all
from .common import HubCase

make_text = TextMaker(__name__)

GERMAN = {
    "Order %(number)s is locked.": "Auftrag %(number)s ist gesperrt.",
    "Not sent: %(reason)s": "Nicht gesendet: %(reason)s",
    "read": "lesen",
    "create": "anlegen",
    "%(first)s and %(last)s": "%(first)s und %(last)s",
}
ARABIC = r"[\u0600-\u06ff]"
CHINESE = r"[\u4e00-\u9fff]"


def speak_german(addon, template):
    return GERMAN.get(template, template)


class TestText(BaseCase):
    def make_nested(self):
        reason = Text("Order %(number)s is locked.", {"number": "S7"}, "integration_x")
        return Text("Not sent: %(reason)s", {"reason": reason}, "integration_x")

    def test_is_english_by_itself(self):
        text = self.make_nested()
        self.assertEqual(text, "Not sent: Order S7 is locked.")
        self.assertEqual(f"{text}", "Not sent: Order S7 is locked.")
        self.assertEqual(str(ValidationError(text)), "Not sent: Order S7 is locked.")
        self.assertEqual(json.dumps(text), '"Not sent: Order S7 is locked."')

    def test_is_said_with_the_texts_in_it(self):
        said = self.make_nested().say(speak_german)
        self.assertEqual(said, "Nicht gesendet: Auftrag S7 ist gesperrt.")

    def test_maker_knows_its_addon(self):
        self.assertEqual(make_text("Read %(count)s", count=3), "Read 3")
        self.assertEqual(make_text("Read").addon, "integration_hub")
        self.assertEqual(
            make_text("100 % sure"), "100 % sure", "formatted where values are"
        )
        self.assertEqual(TextMaker("somewhere").addon, "")

    def test_joined(self):
        text = join_texts(" · ", [self.make_nested(), "50 % off"])
        self.assertEqual(text, "Not sent: Order S7 is locked. · 50 % off")
        self.assertEqual(
            text.say(speak_german),
            "Nicht gesendet: Auftrag S7 ist gesperrt. · 50 % off",
        )
        self.assertEqual(join_texts(", ", []), "")

    def test_words(self):
        self.assertEqual(list_rights(["read", "create"]), "read and create")
        self.assertEqual(
            list_rights(["read", "create"]).say(speak_german), "lesen und anlegen"
        )
        self.assertEqual(list_rights(["read"]).say(speak_german), "lesen")
        self.assertEqual(get_noun("something else"), "something else")

    def test_kept_as_json(self):
        packed = json.loads(json.dumps(self.make_nested().pack()))
        text = unpack_text(packed)
        self.assertEqual(text, self.make_nested())
        self.assertEqual(text.say(speak_german), self.make_nested().say(speak_german))

    def test_kept_when_copied(self):
        text = copy.deepcopy(self.make_nested())
        self.assertEqual(text.say(speak_german), self.make_nested().say(speak_german))

    def test_a_slip_of_a_translator_hides_nothing(self):
        for slip in ("Auftrag %(numer)s", "100 %", "%d"):
            said = self.make_nested().say(lambda addon, template, slip=slip: slip)
            self.assertEqual(said, "Not sent: Order S7 is locked.")

    def test_error_kept_as_json(self):
        error = NetworkError(self.make_nested(), "HTTP 500", 7.0)
        values = json.loads(json.dumps(error.to_dict()))
        self.assertEqual(values["message"], "Not sent: Order S7 is locked.")
        again = error_from_dict(values)
        self.assertEqual(
            again.message.say(speak_german), "Nicht gesendet: Auftrag S7 ist gesperrt."
        )
        self.assertEqual(again.to_dict(), error.to_dict())
        plain = ValidationError("From the system").to_dict()
        self.assertNotIn("text", plain)
        self.assertEqual(error_from_dict(plain).message, "From the system")

    def test_size_is_bounded(self):
        long = Text("It says: %(text)s", {"text": "x" * 50_000}, "integration_x")
        self.assertEqual(len(long.pack()["values"]["text"]), LONGEST_VALUE)
        many = join_texts(" ", ["x" * LONGEST_VALUE] * 20)
        values = ValidationError(many).to_dict()
        self.assertNotIn("text", values, "kept in English alone")
        self.assertEqual(values["message"], many)
        self.assertLess(
            len(json.dumps(ValidationError(long).to_dict()["text"])), LONGEST_PACK
        )

    def test_answers_without_texts_are_left_alone(self):
        answer = {"rows": [{"a": 1, "b": [None, "x"]}], "c": (1, 2)}
        self.assertIs(say_all(lambda: self.fail("asked for"), answer), answer)


class TestLanguages(HubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("ar_001", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.person = new_test_user(
            cls.env,
            "languages",
            "integration_hub.group_integration_manager",
            name="Layla",
            email="layla@example.com",
        )
        cls.connector.user_id = cls.person

    @property
    def client_class(self):
        return self.connector._fake_get_client_class()

    def get_terms(self, lang):
        return code_translations.get_python_translations("integration_hub", lang)

    def fail_with(self, error):
        self.client_class.answer = staticmethod(lambda request: error)

    def run_job(self, value, error):
        self.fail_with(error)
        job = self.enqueue(value)
        self.run_lane()
        self.env.invalidate_all()
        return job

    def test_job_error(self):
        english = "The address of the connector is not a valid URL."
        template = ValidationError(make_text(english))
        for lang, letters in (
            ("ar_001", ARABIC),
            ("zh_CN", CHINESE),
            ("en_US", "^The"),
        ):
            with self.subTest(lang=lang):
                self.person.lang = lang
                job = self.run_job(lang, template)
                self.assertRegex(job.error_message, letters)
                self.assertEqual(
                    job.error_message, self.get_terms(lang).get(english, english)
                )
                self.assertEqual(job.error_detail["message"], english)
                self.assertEqual(job.state, "failed")
        problems = self.env["integration.problem"].search(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertEqual(len(problems), 1, "one cause, in whatever language it is said")
        self.assertEqual(problems.job_count, 3)

    def test_values_of_an_error(self):
        self.person.lang = "ar_001"
        error = NetworkError(
            make_text(
                "The system is busy with the same record (HTTP %(status)s).", status=409
            )
        )
        job = self.run_job("busy", error)
        self.assertRegex(job.error_message, ARABIC)
        self.assertIn("409", job.error_message)
        # kept as JSON, and said to somebody else
        self.assertEqual(
            job._get_error_message(new_test_user(self.env, "english_reader")),
            "The system is busy with the same record (HTTP 409).",
        )

    def test_what_the_system_said_stays_as_it_is(self):
        self.person.lang = "ar_001"
        job = self.run_job("theirs", ValidationError("Lot 7 is blocked."))
        self.assertEqual(job.error_message, "Lot 7 is blocked.")

    def test_engine_s_own_error(self):
        self.person.lang = "zh_CN"
        with self.assertLogs("odoo.addons.integration_hub.models.batch_steps", "ERROR"):
            self.client_class.answer = staticmethod(lambda request: 1 / 0)
            job = self.enqueue("defect")
            self.run_lane()
        self.env.invalidate_all()
        self.assertRegex(job.error_message, CHINESE)
        self.assertIn("ZeroDivisionError", job.error_detail["technical"])

    def test_held_back(self):
        self.person.lang = "ar_001"
        job = self.run_job("held", get_hold_back(9e12))
        self.assertRegex(job.error_message, ARABIC)

    def test_interrupted(self):
        self.person.lang = "ar_001"
        job = self.enqueue("crash")
        self.env.flush_all()
        job.write(
            {
                "state": "running",
                "lane": "0",
                "sent_at": "2026-01-01",
                "crashes": 2,
            }
        )
        with self.lane_env() as env:
            env["integration.lane"]._reclaim()
        self.env.invalidate_all()
        self.assertEqual(job.state, "failed")
        self.assertRegex(job.error_message, ARABIC)
        self.assertIn("broke off 3 times", job.error_detail["message"])

    def test_stopped_connector(self):
        for lang, letters in (("ar_001", ARABIC), ("zh_CN", CHINESE)):
            with self.subTest(lang=lang):
                self.person.lang = lang
                self.connector.state = "running"
                self.connector.activity_ids.unlink()
                self.run_job(
                    f"stop-{lang}",
                    AuthenticationError(
                        make_text(
                            "The system refuses our credentials. Enter valid ones on the"
                            " connector, then test the connection."
                        )
                    ),
                )
                self.assertEqual(self.connector.state, "error")
                self.assertRegex(self.connector.error_message, letters)
                [activity] = self.connector.activity_ids
                self.assertEqual(activity.user_id, self.person)
                self.assertRegex(activity.summary, letters)
                self.assertRegex(activity.note, letters)

    def test_connection_test(self):
        report = ConnectionReport(
            user="Robot",
            missing=[
                make_text("The address of the connector is not a valid URL."),
                "Said by the system",
            ],
            warnings=[
                Text("%(flow)s: %(reason)s", {"flow": "F", "reason": make_text("read")})
            ],
        )
        self.person.lang = "ar_001"
        self.client_class.report, before = report, self.client_class.report
        self.addCleanup(setattr, self.client_class, "report", before)
        self.connector.action_test_connection()
        self.run_lane()
        self.env.invalidate_all()
        first, second = self.connector.missing_message.splitlines()
        self.assertRegex(first, ARABIC)
        self.assertEqual(second, "Said by the system")
        self.assertRegex(self.connector.warning_message, ARABIC)
        # what a person is told at once is in that person's own language
        self.connector.url = False
        self.connector.action_test_connection()
        self.run_lane()
        self.env.invalidate_all()
        self.assertRegex(self.connector.error_message, ARABIC)

    def test_text_in_an_answer(self):
        self.person.lang = "zh_CN"
        note = make_text("The address of the connector is not a valid URL.")
        self.client_class.answer = staticmethod(
            lambda request: {"id": "1", "notes": [{"text": note, "number": "7"}]}
        )
        job = self.enqueue("noted")
        self.run_lane()
        self.env.invalidate_all()
        self.assertEqual(job.state, "done")
        [kept] = job.answer["value"]["notes"]
        self.assertRegex(kept["text"], CHINESE)
        self.assertEqual(kept["number"], "7")

    def test_exchange_log(self):
        self.person.lang = "ar_001"
        self.connector.action_test_connection()

        def test_connection(client):
            url = "http://127.0.0.1:9/"
            client.exchanges.append(Exchange("look", "GET", url, "", time.time()))
            error = NetworkError(make_text("The system can't be reached."))
            raise client.note_error(error)

        self.patch(self.client_class, "test_connection", test_connection)
        self.run_lane()
        self.env.invalidate_all()
        self.assertFalse(self.connector.is_testing)
        self.assertRegex(self.connector.error_message, ARABIC)
        [exchange] = self.env["integration.exchange"].search(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertRegex(exchange.error_message, ARABIC)

    def test_without_a_responsible(self):
        self.connector.user_id = False
        self.env.ref("base.user_admin").lang = "zh_CN"
        job = self.run_job(
            "admin",
            ValidationError(
                make_text("The address of the connector is not a valid URL.")
            ),
        )
        self.assertRegex(job.error_message, CHINESE)

    def test_translated_names_are_compared_as_they_were_first(self):
        """What a unit is called in the language of whoever is in charge is not what the
        system calls it."""
        unit = self.env["uom.uom"].create(
            {
                "name": "Crate",
                "relative_factor": 6,
                "relative_uom_id": self.env.ref("uom.product_uom_unit").id,
            }
        )
        unit.with_context(lang="ar_001").name = "صندوق"
        self.person.lang = "ar_001"
        values = self.env["integration.remote.value"]
        values._replace(
            self.connector,
            "unit",
            [
                {
                    "remote_id": "5",
                    "code": "",
                    "name": "Crate",
                    "rate": "",
                    "price_include": False,
                }
            ],
        )
        lines = self.env["integration.value.mapping"].with_context(lang="ar_001")
        line = lines._ensure_unmapped(self.connector, "unit", unit)
        self.assertEqual(line.remote_id, "5")
        # a system that speaks the language of whoever looks
        line.write({"remote_id": False, "state": "unmapped"})
        self.env["integration.remote.value"].search(
            [("connector_id", "=", self.connector.id)]
        ).name = "صندوق"
        lines._propose(self.connector, line)
        self.assertEqual(line.remote_id, "5")

    def test_costs_no_query_for_each_job(self):
        def count(prefix, number):
            error = ValidationError(
                make_text("The address of the connector is not a valid URL.")
            )
            self.fail_with(error)
            self.enqueue(*(f"{prefix}-{n}" for n in range(number)))
            self.env.flush_all()
            with self.lane_env() as env:
                before = env.cr.sql_log_count
                env["integration.lane"]._run_lane()
                return env.cr.sql_log_count - before

        for lang in ("en_US", "ar_001"):
            # caches of the language, and of whose it is
            self.person.lang = lang
            count(f"warm-{lang}", 2)
        counts = {}
        for lang in ("en_US", "ar_001"):
            self.person.lang = lang
            count(f"again-{lang}", 2)
            counts[lang] = count(f"many-{lang}", 40)
        self.assertLessEqual(counts["ar_001"], counts["en_US"] + 2)
