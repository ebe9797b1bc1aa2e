import { Component } from "@odoo/owl";
import { formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Shows how long ago a moment was, in words; the moment itself when pointed at. */
export class TimeAgoField extends Component {
    static template = "integration_hub.TimeAgoField";
    static props = { ...standardFieldProps };

    get moment() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.moment ? this.moment.toRelative() : "";
    }

    get title() {
        return this.moment ? formatDateTime(this.moment) : "";
    }
}

registry.category("fields").add("integration_time_ago", {
    component: TimeAgoField,
    supportedTypes: ["datetime"],
});
