import { registry } from "@web/core/registry";

/** Press Tab until that is reached. */
async function tabTo(press, selector) {
    for (let i = 0; i < 200; i++) {
        if (document.activeElement.matches(selector)) {
            return;
        }
        await press("Tab");
    }
    throw new Error(`Tab does not reach ${selector}.`);
}

registry.category("web_tour.tours").add("integration_sale_stock_line", {
    steps: () => [
        {
            content: "The line says there is not enough, and when there is",
            trigger: "td[name=erp_stock] .text-danger:contains(10):contains(all)",
        },
        {
            content: "By keys alone: there, opened, and closed again",
            trigger: "td[name=erp_stock] button",
            run: ({ press }) => tabTo(press, "td[name=erp_stock] button"),
        },
        {
            trigger: "td[name=erp_stock] button:focus",
            run: "press Enter",
        },
        {
            content: "What is in it can be reached at once",
            trigger: ".o_erp_stock_popover button:focus",
            run: "press Escape",
        },
        {
            trigger: "body:not(:has(.o_erp_stock_popover)) td[name=erp_stock] button:focus",
            run: "press Enter",
        },
        {
            trigger: ".o_erp_stock_popover:contains(12):contains(asked for)",
        },
        {
            trigger: ".o_erp_stock_popover:contains(Warehouse W1)",
        },
        {
            trigger: ".o_erp_stock_popover button:contains(Promise)",
            run: ({ press }) =>
                tabTo(press, ".o_erp_stock_popover button.btn-secondary"),
        },
        {
            trigger: ".o_erp_stock_popover button:contains(Promise):focus",
            run: "press Enter",
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
