import { Component, onWillDestroy, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Shows nothing itself: the form, and with it the banner, is loaded again when the
 * customer's figures were read.
 */
export class AccountFiguresLive extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        const bus = useService("bus_service");
        const onRead = (payload) => this.onRead(payload);
        bus.subscribe("integration_account_figures.read", onRead);
        onWillDestroy(() =>
            bus.unsubscribe("integration_account_figures.read", onRead)
        );
    }

    async onRead({ partner_ids: partnerIds }) {
        const { record } = this.props;
        const customer = record.data.account_figures_customer_id;
        const isShown = customer && partnerIds.includes(customer.id);
        // what a person is typing is not to be lost; saving shows the rest
        if (isShown && record.resId && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("integration_account_figures_live", {
    component: AccountFiguresLive,
    fieldDependencies: [{ name: "account_figures_customer_id", type: "many2one" }],
});
