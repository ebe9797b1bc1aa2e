import { Component, onWillDestroy } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    blocking: "fa-times-circle text-danger",
    warning: "fa-exclamation-triangle text-warning",
    note: "fa-info-circle text-info",
};

/**
 * What the ERP says of a deal before it is won: one block per ERP, each finding with the
 * button that mends it. What comes back shows without the page being loaded again.
 */
export class OrderCheckField extends Component {
    static template = "integration_sale.OrderCheckField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const bus = useService("bus_service");
        const onChange = (payload) => this.onChange(payload);
        bus.subscribe("integration_sale.deals", onChange);
        onWillDestroy(() => bus.unsubscribe("integration_sale.deals", onChange));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get checks() {
        return this.value?.checks || [];
    }

    async onChange({ lead_ids: leadIds }) {
        const { record } = this.props;
        const isShown = !leadIds || leadIds.includes(this.value?.lead_id);
        // what a person is typing is not to be lost; saving shows the rest
        if (isShown && record.resId && !(await record.isDirty())) {
            await record.load();
        }
    }

    async onFix(check, finding) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call("crm.lead", "action_fix_finding", [
            [this.value.lead_id],
            check.id,
            finding.index,
        ]);
        if (action && typeof action === "object") {
            await this.action.doAction(action, { onClose: () => record.load() });
        } else {
            await record.load();
        }
    }

    getIcon(finding) {
        return ICONS[finding.severity];
    }

    getSeverityLabel(finding) {
        return {
            blocking: _t("In the way"),
            warning: _t("To be looked at"),
            note: _t("Good to know"),
        }[finding.severity];
    }

    getTitle(check) {
        const worst = check.findings[0]?.severity;
        if (check.state === "waiting") {
            return _t("Asking %s…", check.system);
        }
        if (check.state === "failed") {
            return _t("%s could not be asked", check.system);
        }
        if (check.state === "local") {
            return _t("What is known here; %s was not asked yet", check.system);
        }
        if (check.is_old) {
            return _t("Checked with %s too long ago to rely on it", check.system);
        }
        if (check.state === "outdated") {
            return _t("Changed since it was checked with %s", check.system);
        }
        if (worst === "blocking") {
            return _t("%s would not take this order yet", check.system);
        }
        if (worst === "warning") {
            return _t("%s would take this order", check.system);
        }
        return _t("Ready for %s: nothing is in the way", check.system);
    }

    getMoment(check) {
        return check.checked_at
            ? toLocaleDateTimeString(deserializeDateTime(check.checked_at))
            : "";
    }

    getClass(check) {
        const worst = check.findings[0]?.severity;
        if (worst === "blocking" && ["done", "local"].includes(check.state)) {
            return "border-danger";
        }
        if (check.state !== "done" || worst === "warning") {
            return "border-warning";
        }
        return "border-success";
    }
}

registry.category("fields").add("integration_order_check", {
    component: OrderCheckField,
    supportedTypes: ["json"],
});
