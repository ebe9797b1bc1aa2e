import { Component, onMounted, onWillUnmount, status } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const FIRST_DELAY = 1500;
// what is not over soon may take an hour: no need to ask every second
const LONGEST_DELAY = 20000;
const GROWTH = 1.2;

/**
 * Loads the record again as long as it is shown: put it where something is under way on
 * the server, and hide it when that is over. What a person is typing is left alone.
 */
export class IntegrationRefresh extends Component {
    static template = "integration_hub.Refresh";
    static props = { ...standardWidgetProps };

    setup() {
        this.delay = FIRST_DELAY;
        onMounted(() => this.wait());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    wait() {
        this.timer = setTimeout(async () => {
            const { record } = this.props;
            if (record.resId && !(await record.isDirty())) {
                await record.load();
            }
            this.delay = Math.min(this.delay * GROWTH, LONGEST_DELAY);
            if (status(this) === "mounted") {
                this.wait();
            }
        }, this.delay);
    }
}

registry.category("view_widgets").add("integration_refresh", {
    component: IntegrationRefresh,
});
