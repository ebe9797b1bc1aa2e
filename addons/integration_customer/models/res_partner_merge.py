from odoo import api, models

OPEN_STATES = ("waiting", "retrying", "failed", "attention")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.private
    def _move_links(self, survivor):
        """Links of contacts about to be merged go to the one that stays.

        Where that one is linked itself, two records over there are one customer here: the
        link is kept beside it under a kind of its own, and a person is told.
        """
        Link = self.env["integration.external.id"]
        links = Link.search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", [*self.ids, survivor.id]),
            ]
        )
        taken = {
            (link.connector_id, link.kind): link
            for link in links
            if link.res_id == survivor.id
        }
        for link in (links - Link.union(*taken.values())).sorted("id"):
            if not link.exists():
                # released with its customer
                continue
            stays = taken.setdefault((link.connector_id, link.kind), link)
            if stays == link:
                link.res_id = survivor.id
                continue
            former, kind = self.browse(link.res_id), link.kind
            if kind == "party":
                former._release_addresses(link.connector_id)
                survivor._tell_merged(stays, link)
            link.write({"res_id": survivor.id, "kind": f"merged {kind} {former.id}"})
        self._move_jobs(survivor)

    def _release_addresses(self, connector):
        """Addresses over there belong to the record over there. Those of a merged customer
        are found or made anew at the one that stays."""
        children = self.with_context(active_test=False).search(
            [("commercial_partner_id", "=", self.id)]
        )
        self.env["integration.external.id"].search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", "address"),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", (self | children).ids),
            ]
        ).unlink()

    def _tell_merged(self, stays, other):
        connector = stays.connector_id
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Two customers in %s are one here", connector.name),
            note=self.env._(
                "%(first)s and %(second)s in %(connector)s now belong to this customer."
                " New orders go to %(first)s. Have the two merged there, or %(second)s"
                " archived once its orders are done.",
                first=stays.remote_number or stays.remote_id,
                second=other.remote_number or other.remote_id,
                connector=connector.name,
            ),
            user_id=connector._get_person_in_charge().id,
        )

    def _move_jobs(self, survivor):
        """What waits for a contact that is merged goes on with the one that stays. What may
        have been made for it already is looked up first, and is of that one then."""
        Job = self.env["integration.job"]
        jobs = Job.search(
            [
                ("flow_id.code", "=", "customer_push"),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("state", "in", (*OPEN_STATES, "running")),
            ]
        )
        under_way = jobs.filtered(lambda job: job.state == "running")
        pushes = jobs.filtered(lambda job: job.operation == "push")
        uncertain = pushes._find_uncertain()
        awaited = pushes & (under_way | uncertain)
        for job in awaited:
            # see handler_customer_merged.py
            job.payload = {**job.payload, "survivor_id": survivor.id}
        uncertain._call_off()
        # who waits for them looks again for the customer
        (jobs - under_way - uncertain)._cancel()
        # contacts and addresses have come along
        survivor._push_customers("merged")
        survivor._wait_for_merged(awaited)

    def _wait_for_merged(self, awaited):
        """What is found there of a contact that was merged is this customer's: so it is not
        made beforehand.

        :param awaited: jobs that tell it
        """
        for flow, jobs in awaited.grouped("flow_id").items():
            self.env["integration.job"].search(
                [
                    ("flow_id", "=", flow.id),
                    ("operation", "=", "push"),
                    ("res_model", "=", "res.partner"),
                    ("res_id", "=", self.commercial_partner_id.id),
                    ("state", "in", ("waiting", "retrying")),
                ]
            ).blocked_by_id = max(jobs, key=lambda job: job.id)
