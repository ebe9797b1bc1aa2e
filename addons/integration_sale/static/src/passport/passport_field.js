import { Component, onWillDestroy, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import {
    deserializeDate,
    deserializeDateTime,
    toLocaleDateString,
    toLocaleDateTimeString,
} from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    done: "fa-check",
    current: "fa-clock-o",
    problem: "fa-exclamation",
    open: "",
    off: "fa-minus",
};

/**
 * The way of a deal through the ERP, step by step: when, under which number, who acts next.
 * Follows what happens there without the page being loaded again.
 */
export class PassportField extends Component {
    static template = "integration_sale.PassportField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        // what was read while a person is typing: the form itself is left alone then
        this.state = useState({ newer: null });
        const bus = useService("bus_service");
        const onChange = (payload) => this.onChange(payload);
        bus.subscribe("integration_sale.deals", onChange);
        onWillDestroy(() => bus.unsubscribe("integration_sale.deals", onChange));
    }

    get passport() {
        return this.state.newer || this.props.record.data[this.props.name];
    }

    get tracks() {
        return this.passport?.tracks || [];
    }

    async onChange({ lead_ids: leadIds }) {
        const { record, name } = this.props;
        const leadId =
            record.resModel === "crm.lead"
                ? record.resId
                : record.data[name]?.lead_id || record.data.opportunity_id?.id;
        // no ids: so many that any may be among them
        const isShown = leadIds ? leadIds.includes(leadId) : Boolean(leadId);
        if (!isShown || !record.resId) {
            return;
        }
        if (await record.isDirty()) {
            const [values] = await this.orm.read(
                record.resModel,
                [record.resId],
                [name]
            );
            this.state.newer = values[name];
        } else {
            this.state.newer = null;
            await record.load();
        }
    }

    getIcon(step) {
        return ICONS[step.state];
    }

    getStateLabel(step) {
        return {
            done: _t("Done"),
            current: _t("Under way"),
            problem: _t("Needs somebody"),
            open: _t("Still to come"),
            off: _t("Not needed"),
        }[step.state];
    }

    getMoment(step) {
        if (step.time) {
            return toLocaleDateTimeString(deserializeDateTime(step.time));
        }
        return step.date ? toLocaleDateString(deserializeDate(step.date)) : "";
    }
}

registry.category("fields").add("integration_passport", {
    component: PassportField,
    supportedTypes: ["json"],
});
