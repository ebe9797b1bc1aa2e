import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { prettyText } from "./pretty_text";

/** Shows what went over the wire, indented. Read only. */
export class PrettyTextField extends Component {
    static template = "integration_hub.PrettyTextField";
    static props = { ...standardFieldProps };

    get text() {
        return prettyText(this.props.record.data[this.props.name] || "");
    }
}

registry.category("fields").add("integration_pretty_text", {
    component: PrettyTextField,
    supportedTypes: ["text", "char"],
});
