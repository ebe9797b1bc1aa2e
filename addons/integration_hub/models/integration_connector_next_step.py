from odoo import fields, models
from odoo.tools import SQL


class IntegrationConnector(models.Model):
    """How a connector fares in one word, and the one thing to do next."""

    _inherit = "integration.connector"

    health = fields.Selection(
        [
            ("setup", "Being Set Up"),
            ("works", "Works"),
            ("attention", "Needs Attention"),
            ("resting", "Does Not Answer"),
            ("waiting", "Waits"),
            ("paused", "Paused"),
            ("stopped", "Stopped"),
        ],
        compute="_compute_next_step",
    )
    next_step = fields.Char(
        compute="_compute_next_step",
        help="What the button does; empty where there is nothing to do.",
    )
    next_step_label = fields.Char(compute="_compute_next_step")
    next_step_text = fields.Char("To Do Next", compute="_compute_next_step")

    def _compute_next_step(self):
        problems = self._find_first_problems()
        paused = self._find_paused_flows()
        for connector in self:
            health, step, label, text = connector._get_next_step(
                problems.get(connector.id), paused.get(connector.id)
            )
            if step in ("start", "try") and not connector.has_access("write"):
                # who may not, sees on the form how it stands, and whom to ask
                step, label = "form", self.env._("Show the Settings")
            connector.health = health
            connector.next_step = step
            connector.next_step_label = label
            connector.next_step_text = text

    def _find_first_problems(self):
        """:return: dict ``{connector id: the problem that holds up most}``, of those that
        need a person"""
        Problem = self.env["integration.problem"]
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (connector_id) connector_id, id
              FROM (%s) problem
             WHERE connector_id = ANY(%s) AND NOT is_retried
             ORDER BY connector_id, job_count DESC, since, id
                """,
                Problem._table_query,
                list(self.ids),
            )
        )
        problems = Problem.browse([found for _connector_id, found in rows])
        return {
            connector_id: problem
            for (connector_id, _found), problem in zip(rows, problems, strict=True)
        }

    def _get_next_step(self, problem, paused=None):
        """
        :param problem: ``integration.problem`` that holds up most, or None
        :param paused: tuple (``integration.flow``, jobs that wait for it), or None
        :return: tuple (health, step, label of the button, text); no step where there is
            nothing to do
        """
        self.ensure_one()
        if self.state in ("draft", "tested"):
            step, label, text = self._get_setup_step()
            if self.keeps_collecting and self.waiting_job_count:
                text = f"{text} {self._get_waiting_text()}"
            return "setup", step, label, text
        if self.state == "error":
            return (
                "stopped",
                "form",
                self.env._("Check the Connector"),
                self.error_message or self.env._("It was stopped by an error."),
            )
        if self.state == "paused":
            text = self.env._("Nothing is sent or fetched.")
            if self.waiting_job_count:
                text = self._get_waiting_text()
            return "paused", "start", self.env._("Start"), text
        if problem:
            return (
                "attention",
                "problems",
                self.env._("Show the Problems"),
                self.env._(
                    "%(problem)s: once it is mended, %(effect)s.",
                    problem=problem.title,
                    effect=problem.effect,
                ),
            )
        if paused:
            return ("attention", *self._get_paused_flow_step(*paused))
        if self.unread_text:
            return (
                "attention",
                "form",
                self.env._("Show the Settings"),
                self.unread_text,
            )
        if self.wait_reason in ("failures", "limit"):
            health = "resting" if self.wait_reason == "failures" else "waiting"
            return health, "try", self.env._("Try Now"), self.wait_text
        if self.wait_reason:
            return "waiting", "form", self.env._("Show the Settings"), self.wait_text
        if self.mapping_to_do_count:
            return (
                "works",
                "mappings",
                self.env._("Check the Mappings"),
                self.env._(
                    "%s products or values wait for you: confirm what is proposed,"
                    " choose the rest.",
                    self.mapping_to_do_count,
                ),
            )
        return "works", False, False, self.env._("Nothing to do.")

    def _get_waiting_text(self):
        return self.env._(
            "%s changes wait until it is started again.", self.waiting_job_count
        )

    def _get_setup_step(self):
        if self.is_testing:
            return False, False, self.env._("The connection is being tested.")
        if self.missing_message or self.error_message:
            return (
                "setup",
                self.env._("Go On with the Set-Up"),
                self.missing_message or self.error_message,
            )
        if self.state == "tested":
            return (
                "setup",
                self.env._("Go On with the Set-Up"),
                self.env._("The connection works. It is not started yet."),
            )
        return (
            "setup",
            self.env._("Go On with the Set-Up"),
            self.env._("Enter address and key, then test the connection."),
        )

    def action_next_step(self):
        """Do what the card's button promises."""
        self.ensure_one()
        return getattr(self, f"_do_next_{self.next_step or 'form'}")()

    def _do_next_form(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def _do_next_setup(self):
        if not self.has_access("write"):
            return self._do_next_form()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_hub.integration_connector_setup_action"
        )
        return {**action, "res_id": self.id}

    def _do_next_try(self):
        return self.action_try_now()

    def _do_next_start(self):
        return self.action_start()

    def _do_next_problems(self):
        return self.action_view_problems()

    def _do_next_mappings(self):
        return self.action_view_mappings_to_do()
