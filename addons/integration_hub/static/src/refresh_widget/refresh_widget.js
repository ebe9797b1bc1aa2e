import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PERIOD = 1500;

/**
 * Loads the record again as long as it is shown: put it where something is under way on
 * the server, and hide it when that is over. What a person is typing is left alone.
 */
export class IntegrationRefresh extends Component {
    static template = "integration_hub.Refresh";
    static props = { ...standardWidgetProps };

    setup() {
        onMounted(() => this.wait());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    wait() {
        this.timer = setTimeout(async () => {
            const { record } = this.props;
            if (record.resId && !(await record.isDirty())) {
                await record.load();
            }
            this.wait();
        }, PERIOD);
    }
}

registry.category("view_widgets").add("integration_refresh", {
    component: IntegrationRefresh,
});
