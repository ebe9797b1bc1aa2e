from lxml import etree

from odoo.tools import SQL

from .common import SaleCase

# more than a page in both cases, so that both are counted
FEW, MANY = 100, 1000


class TestQueryCounts(SaleCase):
    """Opening a list costs as many queries with many records as with few."""

    def get_specification(self, model_name, view_type="list"):
        """What the browser asks for to show the list, as the view says."""
        model = self.env[model_name]
        arch = etree.fromstring(model.get_view(view_type=view_type)["arch"])
        return {
            node.get("name"): {"fields": {"display_name": {}}}
            if model._fields[node.get("name")].relational
            else {}
            for node in arch.iter("field")
            if node.get("name") in model._fields
        }

    def count_queries(self, model_name, domain, expected):
        """:return: queries of opening the list, counted and warmed up"""
        specification = self.get_specification(model_name)
        counts = []
        for _try in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.env[model_name].web_search_read(
                domain, specification, limit=80
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(found["length"], expected)
        return counts[-1]

    def assert_same(self, model_name, domain, make):
        """:param make: function of a number that sees to so many records"""
        make(FEW)
        few = self.count_queries(model_name, domain, FEW)
        make(MANY)
        many = self.count_queries(model_name, domain, MANY)
        self.assertLessEqual(many, few, model_name)

    def make_jobs(self, count, **columns):
        """Jobs of opportunities of their own, by SQL: the queue is never filled so fast."""
        have = self.env["integration.job"].search_count(
            [("flow_id", "=", self.flow.id)]
        )
        leads = self.env["crm.lead"].create(
            [
                {"name": f"Deal {number}", "type": "opportunity"}
                for number in range(count - have)
            ]
        )
        values = {
            "state": "attention",
            "error_kind": "validation",
            "error_message": "Refused.",
            **columns,
        }
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO integration_job
                (flow_id, connector_id, company_id, operation, name, res_model, res_id,
                 payload, idempotency_key, priority, state, attempts, crashes, next_try,
                 error_kind, error_message, create_uid, create_date, batch, user_id)
            SELECT %(flow)s, %(connector)s, %(company)s, 'push', 'Job ' || lead, 'crm.lead',
                   lead, '{}', 'key-' || lead, 10, %(state)s, 1, 0, now(), %(kind)s,
                   %(message)s, %(uid)s, now(), 'batch-' || lead, %(uid)s
              FROM UNNEST(%(leads)s) AS lead
                """,
                flow=self.flow.id,
                connector=self.connector.id,
                company=self.company.id,
                state=values["state"],
                kind=values["error_kind"],
                message=values["error_message"],
                uid=self.env.uid,
                leads=leads.ids,
            )
        )
        self.env.invalidate_all()
        return leads

    def note_causes(self, jobs):
        self.env["integration.cause"]._note(self.connector, jobs)
        # PostgreSQL does not see to it before a commit, and plans for empty tables
        self.env.cr.execute(
            "ANALYZE integration_job, integration_cause, integration_cause_job"
        )

    def test_queue(self):
        self.assert_same(
            "integration.job", [("flow_id", "=", self.flow.id)], self.make_jobs
        )

    def test_problems(self):
        def make(count):
            leads = self.make_jobs(count)
            jobs = self.env["integration.job"].search([("res_id", "in", leads.ids)])
            self.env.cr.execute(
                SQL(
                    "UPDATE integration_job SET error_message = 'Refused ' ||"
                    " TRANSLATE(id::text, '0123456789', 'abcdefghij') WHERE id = ANY(%s)",
                    jobs.ids,
                )
            )
            self.env.invalidate_all()
            self.note_causes(jobs)

        self.assert_same(
            "integration.problem", [("connector_id", "=", self.connector.id)], make
        )

    def test_product_mappings(self):
        def make(count):
            mapping = self.env["integration.product.mapping"]
            own = [("connector_id", "=", self.connector.id)]
            products = self.env["product.product"].create(
                [
                    {"name": f"Product {number}", "default_code": f"QC{number}"}
                    for number in range(count - mapping.search_count(own))
                ]
            )
            mapping._ensure_unmapped(self.connector, products)

        self.assert_same(
            "integration.product.mapping",
            [("connector_id", "=", self.connector.id)],
            make,
        )

    def test_value_mappings(self):
        def make(count):
            mapping = self.env["integration.value.mapping"]
            have = mapping.search_count([("kind", "=", "unit")])
            units = self.env["uom.uom"].create(
                [{"name": f"Unit {number}"} for number in range(count - have)]
            )
            mapping._ensure_unmapped(self.connector, "unit", units)

        self.env["integration.value.mapping"].search([]).unlink()
        self.assert_same("integration.value.mapping", [("kind", "=", "unit")], make)

    def test_opportunities(self):
        def make(count):
            leads = self.make_jobs(count)
            leads.write({"user_id": self.salesperson.id, "team_id": self.team.id})
            leads._update_integration_status()
            self.assertEqual(set(leads.mapped("integration_status")), {"attention"})

        self.assert_same("crm.lead", [("name", "=like", "Deal %")], make)

    def test_overview(self):
        """The cards: as many queries with many jobs as with few."""

        def make(count):
            jobs = self.env["integration.job"].search(
                [("res_id", "in", self.make_jobs(count).ids)]
            )
            self.note_causes(jobs)

        def count():
            specification = self.get_specification("integration.connector", "kanban")
            for _try in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env["integration.connector"].web_search_read(
                    [("id", "=", self.connector.id)], specification
                )
                queries = self.env.cr.sql_log_count - before
            return queries

        make(FEW)
        few = count()
        make(MANY)
        self.assertLessEqual(count(), few)
