from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_lead_fix import MANAGER

# buttons that need the rights of whoever keeps the mappings
MANAGER_FIXES = ("map_products", "map_values")


class CrmLead(models.Model):
    """The check before Won on the form: the button, what was found, what mends it."""

    _inherit = "crm.lead"

    can_check_with_erp = fields.Boolean(compute="_compute_integration_check")
    integration_check = fields.Json(
        "Check before Won", compute="_compute_integration_check"
    )

    @api.depends("won_status", "type", "active", "company_id", "partner_id")
    @api.depends_context("uid", "lang")
    def _compute_integration_check(self):
        for lead in self:
            # sudo: queue, mappings and flows are not the salesperson's to read; what they
            # mean for the deal is
            deal = lead._origin.sudo()
            flows = deal._find_shown_check_flows()
            lead.can_check_with_erp = bool(flows)
            lead.integration_check = (
                {
                    "lead_id": deal.id,
                    "checks": [
                        shown for flow in flows if (shown := deal._show_check(flow))
                    ],
                }
                if flows
                else False
            )

    def _find_shown_check_flows(self):
        if not self or self.type != "opportunity" or self.won_status != "pending":
            return self.env["integration.flow"]
        return self._find_check_flows()

    def _show_check(self, flow):
        """What the browser shows of a check, False where none was made."""
        lead = self.with_company(flow.company_id)
        check = lead._get_checks(flow)
        if not check:
            return False
        system = flow.connector_id.name
        shown = {
            "id": check.id,
            "flow_id": flow.id,
            "system": system,
            "state": check.state,
            "checked_at": fields.Datetime.to_string(check.checked_at) or "",
            "message": check.error_message or "",
            "is_old": False,
            "findings": [],
        }
        if check.state == "waiting":
            return shown
        fingerprint = check._get_fingerprint(lead._get_check_payloads(flow))
        if check.state == "done" and check.fingerprint != fingerprint:
            shown["state"] = "outdated"
        elif check.state == "done" and check._is_too_old(flow):
            shown.update(state="outdated", is_old=True)
        labels = self._get_finding_labels()
        person = flow.connector_id._get_person_in_charge().name
        is_manager = self.env.user.has_group(MANAGER)
        for index, finding in enumerate(check.findings or []):
            fix = finding["fix"]
            asked = ""
            if fix in MANAGER_FIXES and not is_manager:
                fix, asked = "", person
            shown["findings"].append(
                {
                    "index": index,
                    "severity": finding["severity"],
                    "text": finding["text"],
                    "label": labels.get(fix, ""),
                    "asked": asked,
                }
            )
        return shown

    def _get_finding_labels(self):
        """Texts of the buttons, by fix; extended by addons that bring further ones."""
        inherited = getattr(super(), "_get_finding_labels", None)
        return {
            **(inherited() if inherited else {}),
            "choose_customer": self.env._("Choose"),
            "choose_quotation": self.env._("Choose"),
            "map_products": self.env._("Map"),
            "map_values": self.env._("Map"),
            "open": self.env._("Open It"),
        }

    # -- actions ----------------------------------------------------------------------

    def action_check_with_erp(self):
        """Have the ERP asked; a job does it, and the form shows what came of it."""
        self.ensure_one()
        self.check_access("read")
        # sudo: whoever sees a deal may have it checked, the queue is nobody's
        lead = self.sudo()
        flows = lead._find_shown_check_flows()
        if not flows:
            raise UserError(
                self.env._("No running connector would get this deal's order.")
            )
        for flow in flows:
            self.env["integration.order.check"].sudo()._write_result(
                lead, flow.connector_id, {"state": "waiting", "error_message": False}
            )
            self.env["integration.job"].sudo()._enqueue(
                flow,
                [
                    {
                        "operation": "check",
                        "name": self.env._("Check of %s", lead.name),
                        "record": lead,
                        "payload": {},
                        "idempotency_key": f"check-{lead.id}",
                        "trigger": "asked",
                        "is_urgent": True,
                    }
                ],
            )
        return True

    def action_fix_finding(self, check_id, index):
        """Do what the button of a finding promises.

        :param int check_id: ``integration.order.check``
        :param int index: of the finding in it
        :return: action, or True
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: what was found is shown to whoever sees the deal
        check = self.env["integration.order.check"].sudo().browse(check_id).exists()
        findings = check.findings or []
        if check.lead_id.id != self.id or not 0 <= index < len(findings):
            raise UserError(self.env._("It was checked anew meanwhile. Look again."))
        finding = findings[index]
        if finding["fix"] not in self._get_finding_labels():
            raise UserError(self.env._("This can't be mended by a button."))
        return getattr(self, f"_fix_finding_{finding['fix']}")(check, finding)

    def _fix_finding_choose_quotation(self, check, finding):
        return self.env["integration.choose.quotation"]._open(self)

    def _fix_finding_choose_customer(self, check, finding):
        return self.env["integration.check.customer"]._open(self, check, finding)

    def _fix_finding_open(self, check, finding):
        return {
            "type": "ir.actions.act_window",
            "res_model": finding["model"],
            "res_id": finding["ids"][0],
            "views": [(False, "form")],
            "target": "current",
        }

    def _fix_finding_map_products(self, check, finding):
        return self._open_mappings(
            "integration.product.mapping",
            self.env._("Map the Products"),
            [
                ("connector_id", "=", check.connector_id.id),
                ("product_id", "in", finding["ids"]),
            ],
        )

    def _fix_finding_map_values(self, check, finding):
        return self._open_mappings(
            "integration.value.mapping",
            self.env._("Map What Is Missing"),
            [
                ("connector_id", "=", check.connector_id.id),
                ("res_model", "=", finding["model"]),
                ("res_id", "in", finding["ids"]),
            ],
        )

    def _open_mappings(self, model, name, domain):
        self.env[model].check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list")],
            "domain": domain,
        }
