from odoo import api, models

from odoo.addons.integration_customer.find_or_create import UNSURE_RULES
from odoo.addons.integration_hub.client import IntegrationError
from odoo.addons.integration_hub.translation import say, speak_to

from ..decimals import to_decimal
from ..order_findings import BLOCKING, NOTE, WARNING, make_finding, sort_findings


class HandlerOrderCheck(models.AbstractModel):
    """Asks the ERP about a deal that is not won yet, and changes nothing there.

    Asked are: whether it would take the order (``order_check``, see ``contract.py``), who
    the customer is, and whatever addons want read anew before they look: prices, stock,
    credit. Those come in by ``crm.lead._prepare_live_readings`` and go into the addons'
    own copies by ``_take_live_reading``; then ``_check_before_won`` looks at all of it.
    """

    _name = "integration.handler.order_check"
    _description = "Check before Won"
    _inherit = ["integration.handler"]

    # -- prepare ----------------------------------------------------------------------

    def _prepare(self, flow, jobs):
        handler = self.with_company(flow.company_id)
        leads = handler.env["crm.lead"].browse(jobs.mapped("res_id")).exists()
        requests = {}
        for job in jobs:
            lead = leads.filtered(lambda item, job=job: item.id == job.res_id)
            payloads = lead._get_check_payloads(flow) if lead else []
            requests[job] = {
                "fingerprint": handler.env["integration.order.check"]._get_fingerprint(
                    payloads
                ),
                "orders": [
                    handler._prepare_order(flow, payload) for payload in payloads
                ],
                "readings": lead._prepare_live_readings(flow) if payloads else [],
            }
        return requests

    def _prepare_order(self, flow, payload):
        """What of an order can be asked about: what has no counterpart yet is left out,
        and found here."""
        connector = flow.connector_id
        sending = self.env["integration.handler.sale_order_push"]
        resolver = self.env["integration.value.resolver"]
        products, _missing, _gone = sending._find_products(connector, [payload])
        heads, _missing = resolver._resolve_heads(connector, [payload])
        tax_records = resolver._get_tax_records([payload])
        taxes = {}
        if connector._get_flow("sale_order_push").tax_policy == "map":
            taxes, _missing, _include = resolver._resolve_taxes(connector, tax_records)
        partner = self.env["res.partner"].browse(payload["partner_id"])
        linked = self.env["integration.external.id"]._get_remote_ids(
            connector, "party", partner
        )
        lines = []
        for line in payload["lines"]:
            mapping = products.get(line["product_id"])
            if line["kind"] != "product" or not mapping:
                continue
            own_taxes = self.env["account.tax"].union(
                *(tax_records[tax_id] for tax_id in line["tax_ids"])
            )
            lines.append(
                {
                    "key": str(line["product_id"]),
                    "product_id": mapping.remote_id,
                    "unit_id": mapping.remote_unit_id or "",
                    "tax_ids": [taxes[tax.id] for tax in own_taxes if tax.id in taxes],
                }
            )
        return {
            "party_id": linked.get(partner.id, ""),
            "party": payload["party"],
            "partner_id": partner.id,
            "currency_id": heads["currency"].get(payload["currency_id"], ""),
            "payment_term_id": heads["payment_term"].get(
                payload["payment_term_id"], ""
            ),
            "lines": lines,
            # ours, to be compared with theirs
            "rates": {
                remote_id: str(self.env["account.tax"].browse(tax_id).amount)
                for tax_id, remote_id in taxes.items()
            },
            "tax_ids": {remote_id: tax_id for tax_id, remote_id in taxes.items()},
        }

    # -- call -------------------------------------------------------------------------

    @staticmethod
    def _call(client, requests):
        orders = [dict(order) for request in requests for order in request["orders"]]
        answers = client.order_check(orders) if orders else []
        for order, answer in zip(orders, answers, strict=True):
            order["answer"] = answer
        unlinked = [order for order in orders if not order["party_id"]]
        matches = (
            client.party_match([order["party"] for order in unlinked])
            if unlinked
            else []
        )
        for order, found in zip(unlinked, matches, strict=True):
            order["matches"] = (
                {"error": found.message}
                if isinstance(found, IntegrationError)
                else {"found": found}
            )
        readings = _read(client, requests)
        answered = iter(orders)
        return [
            {
                "fingerprint": request["fingerprint"],
                "orders": [next(answered) for _order in request["orders"]],
                "readings": [
                    {**reading, "answer": readings[_get_reading_key(reading)]}
                    for reading in request["readings"]
                ],
            }
            for request in requests
        ]

    # -- apply ------------------------------------------------------------------------

    def _apply(self, flow, results):
        of_company = self.with_company(flow.company_id)
        for job, answer in results:
            handler = of_company.with_env(of_company._speak_for(job))
            lead = handler.env["crm.lead"].browse(job.res_id).exists()
            if not lead:
                continue
            findings = []
            for reading in answer["readings"]:
                if reading["answer"].get("error"):
                    findings.append(
                        make_finding("system", WARNING, reading["answer"]["error"])
                    )
                elif "value" in reading["answer"]:
                    lead._take_live_reading(
                        flow, reading["name"], *reading["answer"]["value"]
                    )
            for order in answer["orders"]:
                findings += handler._get_findings(flow, order)
            for finding in findings:
                finding["is_remote"] = True
            lead.env.invalidate_all()
            checks = self.env["integration.order.check"]
            # what was known here before counts less than what the ERP says now
            moment = {"checked_at": self.env.cr.now()}
            checks._write_result(lead, flow.connector_id, moment)
            findings += lead._check_before_won(flow)
            checks._write_result(
                lead,
                flow.connector_id,
                {
                    "state": "done",
                    "fingerprint": answer["fingerprint"],
                    "findings": sort_findings(findings),
                    "error_message": False,
                },
            )
            handler._tell_browsers(lead)

    def _get_findings(self, flow, order):
        """What the ERP's own answer means."""
        findings = []
        products = self.env["product.product"]
        for problem in order["answer"]["problems"]:
            records, fix = None, ""
            if problem["kind"] == "product" and problem["key"]:
                records, fix = products.browse(int(problem["key"])), "map_products"
            elif problem["kind"] == "tax" and problem["key"] in order["tax_ids"]:
                tax_id = order["tax_ids"][problem["key"]]
                records, fix = self.env["account.tax"].browse(tax_id), "map_values"
            findings.append(
                make_finding(problem["kind"], BLOCKING, problem["text"], fix, records)
            )
        for remote_id, theirs in order["answer"]["rates"].items():
            ours = order["rates"].get(remote_id)
            if ours and theirs and to_decimal(ours) != to_decimal(theirs):
                tax = self.env["account.tax"].browse(order["tax_ids"][remote_id])
                findings.append(
                    make_finding(
                        "tax",
                        WARNING,
                        self.env._(
                            "The tax %(tax)s is %(theirs)s %% in the ERP: the totals will"
                            " differ.",
                            tax=tax.display_name,
                            theirs=theirs,
                        ),
                        "map_values",
                        tax,
                    )
                )
        if "matches" in order:
            findings.append(self._get_match_finding(order))
        return findings

    def _get_match_finding(self, order):
        partner = self.env["res.partner"].browse(order["partner_id"])
        if error := order["matches"].get("error"):
            return make_finding("customer", BLOCKING, error, "open", partner)
        found = order["matches"]["found"]
        names = ", ".join(f"{item['name']} ({item['number']})" for item in found[:5])
        if not found:
            text = self.env._(
                "%s is not in the ERP yet and is created there with the order.",
                partner.display_name,
            )
            return make_finding("customer", NOTE, text)
        if len(found) > 1 or found[0]["rule"] in UNSURE_RULES:
            text = self._get_doubt(partner, found, names)
            return {
                **make_finding("customer", WARNING, text, "choose_customer", partner),
                "candidates": found,
            }
        text = self.env._("Goes to the customer %s of the ERP.", names)
        return make_finding("customer", NOTE, text)

    def _get_doubt(self, partner, found, names):
        if found[0]["rule"] == "archived":
            return self.env._(
                "%(customer)s is in the ERP, but archived there: %(names)s. Restore it"
                " there and choose it; else you are asked once it is won.",
                customer=partner.display_name,
                names=names,
            )
        return self.env._(
            "Several customers in the ERP could be %(customer)s: %(names)s. Choose the"
            " one that gets the order; else you are asked once it is won.",
            customer=partner.display_name,
            names=names,
        )

    @api.private
    def _speak_for(self, job):
        """Whoever has asked waits for the answer."""
        return speak_to(self.env, job.user_id) if job.user_id else self.env

    def _on_problem(self, flow, failures):
        for job, error in failures:
            message = say(self._speak_for(job), error.message)
            self._note_failure(flow, job, message)

    def _on_cancelled(self, flow, jobs):
        for job in jobs:
            self._note_failure(flow, job, self.env._("The check was cancelled."))

    def _note_failure(self, flow, job, message):
        lead = self.env["crm.lead"].browse(job.res_id).exists()
        if lead:
            self.env["integration.order.check"]._write_result(
                lead, flow.connector_id, {"state": "failed", "error_message": message}
            )
            self._tell_browsers(lead)

    @api.model
    def _tell_browsers(self, leads):
        """Those that show one of them load it again."""
        self.env.ref("integration_hub.group_integration_user")._bus_send(
            "integration_sale.deals", {"lead_ids": leads.ids}
        )


def _get_reading_key(reading):
    return reading["verb"], tuple(map(tuple, reading.get("before", ())))


def _read(client, requests):
    """Each verb once, for all that were asked for at the same time.

    :return: dict ``{key of the reading: {"value": answer} or {"error": text}}``, empty
        where the system has no such verb; the answer is ``[ids asked for, what the verb
        said]``
    """
    wanted = {}
    for request in requests:
        for reading in request["readings"]:
            wanted.setdefault(_get_reading_key(reading), {}).update(
                dict.fromkeys(reading["ids"])
            )
    answers = {}
    for (verb, before), ids in wanted.items():
        ask = getattr(client, verb, None)
        if not ask:
            # not every system tells everything
            answers[verb, before] = {}
            continue
        try:
            found = ask(*map(list, before), list(ids))
            answers[verb, before] = {"value": [list(ids), found]}
        except IntegrationError as error:
            if error.kind != "validation":
                raise
            answers[verb, before] = {"error": error.message}
    return answers
