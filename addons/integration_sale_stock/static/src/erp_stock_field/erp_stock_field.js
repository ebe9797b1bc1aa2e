import { Component } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

function formatQuantity(quantity) {
    return formatFloat(quantity, { digits: [16, 2], trailingZeros: false });
}

function formatDay(text) {
    return text ? formatDate(deserializeDate(text)) : "";
}

export class ErpStockPopover extends Component {
    static template = "integration_sale_stock.ErpStockPopover";
    static props = {
        stock: Object,
        canPromise: Boolean,
        read: Function,
        promise: Function,
        close: Function,
    };

    get rows() {
        return this.props.stock.warehouses.map((warehouse) => ({
            ...warehouse,
            available: formatQuantity(warehouse.available),
            expected: warehouse.expected ? formatQuantity(warehouse.expected) : "",
            date: formatDay(warehouse.expected_date),
        }));
    }

    get available() {
        return formatQuantity(this.props.stock.available);
    }

    get asked() {
        return formatQuantity(this.props.stock.asked);
    }

    get date() {
        return formatDay(this.props.stock.date);
    }

    get readAt() {
        return deserializeDateTime(this.props.stock.read_at).toRelative();
    }

    async read() {
        this.props.close();
        await this.props.read();
    }

    async promise() {
        this.props.close();
        await this.props.promise();
    }
}

/**
 * What the ERP has of a line's product: the number in the list, the rest on a click.
 */
export class ErpStockField extends Component {
    static template = "integration_sale_stock.ErpStockField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.popover = usePopover(ErpStockPopover, { position: "top" });
    }

    get stock() {
        return this.props.record.data[this.props.name] || null;
    }

    get available() {
        return formatQuantity(this.stock.available);
    }

    get date() {
        return formatDay(this.stock.date);
    }

    open(ev) {
        const { record } = this.props;
        this.popover.open(ev.currentTarget, {
            stock: this.stock,
            canPromise: Boolean(
                this.stock.date && record.resModel === "sale.order.line" && record.resId
            ),
            read: () =>
                this.call(
                    "product.product",
                    "action_read_erp_stock",
                    this.stock.product_id
                ),
            promise: () =>
                this.call(record.resModel, "action_promise_erp_date", record.resId),
        });
    }

    /** What is being typed is saved first: loading the record again would lose it. */
    async call(model, method, id) {
        const { root } = this.props.record.model;
        if ((await root.isDirty()) && !(await root.save())) {
            return;
        }
        await this.orm.call(model, method, [[id]]);
        await root.load();
    }
}

registry.category("fields").add("erp_stock", {
    component: ErpStockField,
    supportedTypes: ["json"],
    listViewWidth: 150,
});
