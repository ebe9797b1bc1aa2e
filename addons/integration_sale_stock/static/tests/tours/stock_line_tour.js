import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_sale_stock_line", {
    steps: () => [
        {
            content: "The line says there is not enough, and when there is",
            trigger: "td[name=erp_stock] .text-danger:contains(10):contains(all)",
            run: "click",
        },
        {
            trigger: ".o_erp_stock_popover:contains(12):contains(asked for)",
        },
        {
            trigger: ".o_erp_stock_popover:contains(Warehouse W1)",
        },
        {
            trigger: ".o_erp_stock_popover button:contains(Promise)",
            run: "click",
        },
        {
            content: "The delivery date is set; now the ERP is asked again",
            trigger: "button[name=action_read_erp_stock]",
            run: "click",
        },
        {
            content: "Without loading the page again",
            trigger: "td[name=erp_stock] .text-body:contains(99)",
        },
        {
            trigger: "button[name=action_read_erp_stock]",
        },
    ],
});
