from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

ADMINISTRATOR = "integration_hub.group_integration_administrator"
# what one does about each kind of error
FIX_BY_KIND = {
    "authentication": "connector",
    "mapping": "map",
    "validation": "records",
}
HELD_STATES = ("retrying", "failed", "attention")


class IntegrationProblem(models.Model):
    """What holds jobs up right now, one line per cause, with the action that ends it.

    Read from causes and jobs: a problem is there as long as a job stands still for it, or
    a connector has stopped.
    """

    _name = "integration.problem"
    _description = "Problem"
    _auto = False
    _order = "job_count desc, since, id"
    _rec_name = "title"
    _depends = {
        "integration.cause": ["connector_id", "kind", "res_model", "res_id"],
        "integration.cause.job": ["cause_id", "job_id", "since"],
        "integration.job": [
            "state",
            "error_kind",
            "error_message",
            "next_try",
            "connector_id",
            "blocked_by_id",
            "res_model",
            "res_id",
        ],
        "integration.connector": ["state", "error_message"],
    }

    connector_id = fields.Many2one("integration.connector", "System", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    kind = fields.Selection(
        lambda self: (
            self.env["integration.job"]
            ._fields["error_kind"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", readonly=True, aggregator=None
    )
    message = fields.Text("What Was Said", readonly=True)
    since = fields.Datetime(readonly=True)
    next_try = fields.Datetime(readonly=True)
    is_retried = fields.Boolean("Goes on by Itself", readonly=True)
    job_count = fields.Integer("Jobs", readonly=True, aggregator="sum")
    title = fields.Char("Problem", compute="_compute_title")
    fix = fields.Char(
        compute="_compute_fix",
        help="What the button does: map, connector, records or retry; flow addons add"
        " their own.",
    )
    effect = fields.Char(compute="_compute_effect")

    # -- query ------------------------------------------------------------------------

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT cause.id, cause.connector_id, connector.company_id, cause.kind,
                   cause.res_model, cause.res_id,
                   MIN(held.since) AS since,
                   MIN(held.next_try) AS next_try,
                   COALESCE(BOOL_AND(held.state = 'retrying'), FALSE) AS is_retried,
                   COALESCE(MAX(held.message), MAX(connector.error_message)) AS message,
                   %(measures)s
              FROM (%(held)s) held
              JOIN integration_cause cause
                ON cause.id = held.cause_id AND cause.kind = held.kind
              JOIN integration_connector connector ON connector.id = cause.connector_id
             GROUP BY cause.id, connector.company_id
            """,
            held=self._get_held_query(),
            measures=SQL(", ").join(
                SQL("%s AS %s", measure, SQL.identifier(name))
                for name, measure in self._get_measures().items()
            ),
        )

    @api.model
    def _get_measures(self):
        """What is counted per cause; flow addons add theirs.

        :return: dict ``{field: SQL on held}``, whose rows are jobs: ``job_id``,
            ``res_model``, ``res_id``
        """
        return {"job_count": SQL("COUNT(DISTINCT held.job_id)")}

    @api.model
    def _get_held_query(self):
        """The jobs each cause holds up: those it befell, those that wait for one of these,
        and all that wait for a connector that has stopped."""
        return SQL(
            """
            SELECT link.cause_id, job.id AS job_id, job.state, job.res_model, job.res_id,
                   link.since, job.next_try, job.error_message AS message,
                   job.error_kind AS kind
              FROM integration_cause_job link
              JOIN integration_job job ON job.id = link.job_id
             WHERE job.state IN %(states)s
             UNION ALL
            SELECT link.cause_id, blocked.id, NULL, blocked.res_model, blocked.res_id,
                   link.since, NULL, NULL, job.error_kind
              FROM integration_job blocked
              JOIN integration_job job ON job.id = blocked.blocked_by_id
              JOIN integration_cause_job link ON link.job_id = job.id
             WHERE blocked.state IN ('waiting', 'retrying')
               AND job.state IN %(states)s
             UNION ALL
            SELECT own.id, waiting.id, 'stopped', waiting.res_model, waiting.res_id,
                   COALESCE(stopped.stopped_at, own.create_date), NULL, NULL, own.kind
              FROM integration_cause own
              JOIN integration_connector stopped ON stopped.id = own.connector_id
              LEFT JOIN integration_job waiting
                ON waiting.connector_id = stopped.id
               AND waiting.state IN ('waiting', 'retrying')
             WHERE own.kind = 'authentication' AND stopped.state = 'error'
               AND stopped.active
            """,
            states=HELD_STATES,
        )

    # -- compute ----------------------------------------------------------------------

    @api.depends("kind", "res_model", "res_id", "message", "connector_id")
    @api.depends_context("lang")
    def _compute_title(self):
        names = self._get_record_names()
        questions = self._get_unit_questions()
        for problem in self:
            key = problem.connector_id.id, problem.res_model, problem.res_id
            if problem.kind == "mapping" and key in questions:
                problem.title = self.env._(
                    "How many units of %(system)s make one of ours: %(question)s",
                    system=problem.connector_id.name,
                    question=questions[key],
                )
                continue
            problem.title = problem._get_title(
                problem.connector_id.name,
                names.get((problem.res_model, problem.res_id)),
            )

    def _get_unit_questions(self):
        """:return: dict ``{(connector id, model, id): text}`` of products that are mapped but
        for the factor of their units"""
        model_name, questions = "product.product", {}
        of_products = self.filtered(lambda problem: problem.res_model == model_name)
        for connector, problems in of_products.grouped("connector_id").items():
            # sudo: the names alone, as below
            found = (
                self.env["integration.product.mapping"]
                .sudo()
                ._get_unit_questions(
                    connector,
                    self.env[model_name].browse(problems.mapped("res_id")),
                )
            )
            for product_id, text in found.items():
                questions[connector.id, model_name, product_id] = text
        return questions

    def _get_record_names(self):
        """:return: dict ``{(model, id): name}`` of what the problems are about"""
        names = {}
        for model_name, problems in self.grouped("res_model").items():
            if model_name and model_name in self.env:
                # sudo: the name alone, as in the queue
                records = self.env[model_name].sudo().browse(problems.mapped("res_id"))
                for record in records.exists():
                    names[model_name, record.id] = record.display_name
        return names

    def _get_title(self, system, name):
        """:param str name: of what it is about, or None"""
        self.ensure_one()
        if self.kind == "mapping" and name:
            return self.env._(
                "%(kind)s “%(name)s” has no counterpart in %(system)s",
                kind=self._get_record_label(),
                name=name,
                system=system,
            )
        if self.kind == "ambiguous_match" and name:
            return self.env._(
                "“%(name)s” could be several in %(system)s", name=name, system=system
            )
        if self.kind in ("validation", "mapping", "ambiguous_match"):
            return self.message
        return {
            "authentication": self.env._("%s does not let us in", system),
            "network": self.env._("%s does not answer", system),
            "outcome_unknown": self.env._("An answer of %s got lost", system),
            "rate_limit": self.env._("%s asks us to slow down", system),
        }.get(self.kind) or self.env._("An unexpected error with %s", system)

    def _get_record_label(self):
        """What people call a record of this kind: product, tax …"""
        if self.res_model == "product.product":
            return self.env._("Product")
        mapping = self.env["integration.value.mapping"]
        labels = dict(mapping._fields["kind"]._description_selection(self.env))
        for kind, model_name in mapping._get_installed_kind_models().items():
            if model_name == self.res_model:
                return labels[kind]
        # sudo: what a model is called
        return self.env["ir.model"].sudo()._get(self.res_model).name

    @api.depends("kind")
    def _compute_fix(self):
        for problem in self:
            problem.fix = problem._get_fix()

    def _get_fix(self):
        self.ensure_one()
        if self.kind == "mapping" and not self.res_id:
            return "retry"
        return FIX_BY_KIND.get(self.kind, "retry")

    @api.depends("job_count", "kind")
    @api.depends_context("lang")
    def _compute_effect(self):
        for problem in self:
            problem.effect = problem._get_effect()

    def _get_effect(self):
        """What goes on once it is mended, counted."""
        self.ensure_one()
        if not self.job_count:
            return self.env._("Nothing waits for it so far")
        if self.job_count == 1:
            return self.env._("1 job goes on")
        return self.env._("%s jobs go on", self.job_count)

    # -- actions ----------------------------------------------------------------------

    def action_fix(self):
        """Open what ends the problem; see ``fix``."""
        self.ensure_one()
        return getattr(self, f"_fix_by_{self.fix}")()

    def _fix_by_map(self):
        """The very line, in a dialog; saved as mapped, it lets the jobs go on."""
        line = self._ensure_mapping_line()
        return {
            "type": "ir.actions.act_window",
            "name": self.title,
            "res_model": line._name,
            "res_id": line.id,
            "views": [
                (
                    self.env.ref(f"integration_hub.{line._table}_view_form_problem").id,
                    "form",
                )
            ],
            "target": "new",
            "context": {"integration_effect": self.effect},
        }

    def _ensure_mapping_line(self):
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(
                self.env._(
                    "This was deleted here. Open the jobs, and retry or cancel them."
                )
            )
        if record._name == "product.product":
            lines = self.env["integration.product.mapping"]
            domain = [("product_id", "=", record.id)]
            lines._ensure_unmapped(self.connector_id, record)
        else:
            lines = self.env["integration.value.mapping"]
            domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
            kinds = lines._get_installed_kind_models().items()
            for kind in [kind for kind, model in kinds if model == record._name]:
                lines._ensure_unmapped(self.connector_id, kind, record)
        return lines.search(
            [("connector_id", "=", self.connector_id.id), *domain], limit=1
        )

    def _fix_by_connector(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "integration.connector",
            "res_id": self.connector_id.id,
            "views": [(False, "form")],
        }

    def _fix_by_records(self):
        """What the system refuses is corrected in the record itself."""
        jobs = self._get_jobs()
        models_involved = set(jobs.mapped("res_model")) - {False}
        if len(models_involved) != 1:
            return self.action_view_jobs()
        [model_name] = models_involved
        ids = sorted(set(jobs.mapped("res_id")))
        action = {
            "type": "ir.actions.act_window",
            "name": self.title,
            "res_model": model_name,
            "domain": [("id", "in", ids)],
            "views": [(False, "list"), (False, "form")],
        }
        if len(ids) == 1:
            action |= {"res_id": ids[0], "views": [(False, "form")]}
        return action

    def _fix_by_retry(self):
        return self.action_retry_all()

    def action_retry_all(self):
        """Ask first, with the number of what goes on."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Retry All"),
            "res_model": "integration.retry.problem",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_cause_ids": self.ids},
        }

    def action_view_jobs(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.title if len(self) == 1 else self.env._("Jobs Held Up"),
            "res_model": "integration.job",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": self._get_jobs_domain(),
        }

    def _get_jobs(self):
        return self.env["integration.job"].search(
            self._get_jobs_domain(with_blocked=False)
        )

    def _get_jobs_domain(self, with_blocked=True):
        """:param bool with_blocked: those too that wait for one of the jobs"""
        own = fields.Domain("state", "in", HELD_STATES) & fields.Domain(
            "cause_link_ids.cause_id", "in", self.ids
        )
        domain = own
        if with_blocked:
            domain |= fields.Domain(
                "state", "in", ("waiting", "retrying")
            ) & fields.Domain(
                "blocked_by_id",
                "any",
                own,
            )
        stopped = self.filtered(lambda problem: problem.kind == "authentication")
        stopped = stopped.connector_id.filtered(lambda system: system.state == "error")
        if stopped:
            domain |= fields.Domain("connector_id", "in", stopped.ids) & fields.Domain(
                "state", "in", ("waiting", "retrying")
            )
        return domain

    @api.private
    def _retry(self):
        """Have all jobs of these problems tried again now.

        :return: the jobs"""
        jobs = self._get_jobs()
        jobs.action_retry()
        return jobs
