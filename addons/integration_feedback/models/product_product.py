from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..summary import MONTHS, make_summary
from .integration_feedback import READERS

KEY_LETTERS = "FB"


class ProductProduct(models.Model):
    _inherit = "product.product"

    feedback_count = fields.Integer(
        compute="_compute_feedback_count",
        groups=READERS,
    )

    def _compute_feedback_count(self):
        counts = dict(
            self.env["integration.feedback"]._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.feedback_count = counts.get(product._origin, 0)

    def action_view_feedback(self):
        return self.product_tmpl_id._get_feedback_action(
            [("product_id", "in", self.ids)]
        )

    # -- to the ERP -------------------------------------------------------------------

    @api.private
    def _get_feedback_key(self, company):
        """What the ERP knows the summary by: companies that share one have one each.

        :param company: ``res.company``, whose feedback is summed up
        """
        self.ensure_one()
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        return f"{prefix}{KEY_LETTERS}{company.id}-{self.id}"

    @api.private
    def _enqueue_feedback(self, trigger, **values):
        """Queue the summaries of these products; what has changed is found out when they
        are sent.

        :return: the jobs
        """
        # sudo: whoever gathers feedback has it handed over
        Job = self.env["integration.job"].sudo()
        jobs = Job
        companies = self.env["res.company"].sudo().search([])
        flows = (
            self.env["integration.flow"]
            .sudo()
            # sudo: see above
            ._find_for_push("feedback_push", companies)
        )
        for flow in flows:
            jobs |= Job._enqueue(
                flow,
                [
                    {
                        **product._prepare_feedback_job(flow.company_id, trigger),
                        **values,
                    }
                    for product in self
                    if not product.company_id
                    or product.company_id in flow.company_id.parent_ids
                ],
            )
        return jobs

    @api.private
    def _prepare_feedback_job(self, company, trigger):
        """:return: dict for ``integration.job._enqueue``: this product's summary is sent"""
        self.ensure_one()
        return {
            "operation": "push",
            "name": self.display_name,
            "record": self,
            "payload": {"product_id": self.id},
            "idempotency_key": self._get_feedback_key(company),
            "trigger": trigger,
        }

    @api.private
    def _prepare_feedback_summaries(self, company):
        """What the ERP of ``company`` is told of these products.

        :return: dict ``{product id: text}``, "" where there is nothing to tell
        """
        # one language, whoever makes it: another one would be a change
        lang = company.sudo().partner_id.lang or "en_US"
        self = self.with_context(lang=lang)
        feedback = self._find_feedback_to_show(company)
        by_product = feedback.grouped("product_id")
        people = feedback._find_people()
        kinds = dict(feedback._fields["kind"]._description_selection(self.env))
        labels = {
            "kinds": kinds,
            "intro": self.env._(
                "Gathered by sales; made by the CRM and replaced when it changes."
            ),
            "month": self.env._("Month"),
            "value": self.env._("Lost Value"),
            "total": self.env._("Total"),
            "reasons": self.env._("Why deals were lost"),
            "competitors": self.env._("Competitors"),
            "words": self.env._("In their words"),
        }
        currency = company.currency_id

        def write_amount(value):
            number = formatLang(self.env, value, digits=currency.decimal_places)
            return f"{number} {currency.name}"

        return {
            product.id: make_summary(
                by_product[product]._prepare_rows(people),
                {
                    **labels,
                    "title": self.env._("Market feedback: %s", product.display_name),
                },
                write_amount,
            )
            if product in by_product
            else ""
            for product in self
        }

    def _find_feedback_to_show(self, company):
        """Of the months a summary shows; a product's years of history stay where they
        are."""
        # sudo: of all salespeople, in one summary
        Feedback = self.env["integration.feedback"].sudo()
        domain = Domain("product_id", "in", self.ids) & Domain(
            "company_id", "=", company.id
        )
        months = defaultdict(list)
        for product, month in Feedback._read_group(
            domain, ["product_id", "date:month"], order="date:month desc"
        ):
            months[product].append(month)
        if not months:
            return Feedback
        first = min(found[:MONTHS][-1] for found in months.values())
        return Feedback.search(domain & Domain("date", ">=", first))


class ProductTemplate(models.Model):
    _inherit = "product.template"

    feedback_count = fields.Integer(
        compute="_compute_feedback_count",
        groups=READERS,
    )

    def _compute_feedback_count(self):
        counts = dict(
            self.env["integration.feedback"]._read_group(
                [("product_tmpl_id", "in", self.ids)], ["product_tmpl_id"], ["__count"]
            )
        )
        for template in self:
            template.feedback_count = counts.get(template._origin, 0)

    def action_view_feedback(self):
        return self._get_feedback_action([("product_tmpl_id", "in", self.ids)])

    def _get_feedback_action(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_feedback.integration_feedback_action"
        )
        return {**action, "domain": domain, "context": {}}
