from markupsafe import Markup

from odoo import models

from odoo.addons.integration_hub.translation import say


class HandlerCustomerPush(models.AbstractModel):
    """What was replaced, kept or refused, where people look."""

    _inherit = "integration.handler.customer_push"

    def _tell(self, flow, customer, answer):
        """What was replaced there is put on record here; what was kept is pointed out,
        once: the fingerprints then know of it."""
        connector = flow.connector_id
        if answer["overwritten"]:
            customer.message_post(
                body=self._describe(
                    self.env._(
                        "Replaced in %(connector)s, where it had been changed meanwhile:",
                        connector=connector.name,
                    ),
                    answer["overwritten"],
                )
            )
        if answer["kept"]:
            self._warn(
                connector,
                customer,
                self.env._("Differs in %s", connector.name),
                self._describe(
                    self.env._(
                        "%(connector)s owns these and has changed them, so ours were not"
                        " sent. Take them over here, or have them corrected there:",
                        connector=connector.name,
                    ),
                    answer["kept"],
                ),
            )

    def _tell_differing(self, flow, differing):
        """Who was found there is linked, not changed. What differs is said once.

        :param dict differing: ``{customer: [[whose, field, theirs, ours]]}``
        """
        for customer, rows in differing.items():
            if rows:
                customer.message_post(
                    body=self._describe(
                        self.env._(
                            "Found in %(connector)s and linked. These differ and were"
                            " left as they are there; what you change here from now on"
                            " is sent:",
                            connector=flow.connector_id.name,
                        ),
                        rows,
                    )
                )

    def _on_problem(self, flow, failures):
        """A change that can't go over is told to whoever looks after the connector."""
        result = super()._on_problem(flow, failures)
        connector = flow.connector_id
        for job, error in failures:
            customer = self.env["res.partner"].browse(job.res_id).exists()
            if job.operation == "update" and customer:
                self._warn_once(
                    connector,
                    customer,
                    self.env._("Change not sent to %s", connector.name),
                    say(self.env, error.message),
                )
        return result

    def _get_untold(self, flow, failures):
        """Changes of a customer are told at the customer."""
        return [
            (job, error)
            for job, error in super()._get_untold(flow, failures)
            if job.operation != "update"
            or not self.env["res.partner"].browse(job.res_id).exists()
        ]

    def _warn(self, connector, customer, summary, note):
        customer.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=note,
            user_id=connector._get_person_in_charge().id,
        )

    def _warn_once(self, connector, customer, summary, note):
        """What comes again with every try: nothing while the same asks already."""
        if summary not in customer.activity_ids.mapped("summary"):
            self._warn(connector, customer, summary, note)

    def _describe(self, head, rows, is_taken=False):
        """:param rows: list of ``[whose, field, theirs, ours]``
        :param bool is_taken: theirs is what stands here by now
        """
        lines = []
        for whose, field, theirs, ours in rows:
            values = {
                "whose": whose,
                "field": self._get_field_label(field),
                "theirs": self._get_shown_value(field, theirs),
                "ours": self._get_shown_value(field, ours),
            }
            lines.append(
                self.env._(
                    "%(whose)s, %(field)s: “%(theirs)s”, before “%(ours)s”", **values
                )
                if is_taken
                else self.env._(
                    "%(whose)s, %(field)s: there “%(theirs)s”, here “%(ours)s”",
                    **values,
                )
            )
        return Markup("<p>%s</p><ul>%s</ul>") % (
            head,
            Markup("").join(Markup("<li>%s</li>") % line for line in lines),
        )
