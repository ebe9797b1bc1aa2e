import { registry } from "@web/core/registry";

const check = (state) => `.o_integration_check[data-state=${state}]`;

registry.category("web_tour.tours").add("integration_sale_order_check", {
    steps: () => [
        {
            trigger: "button[name=action_check_with_erp]",
            run: "click",
        },
        {
            content: "It says at once that the ERP is being asked",
            trigger: `${check("waiting")}:contains(Asking ERP North)`,
            run() {
                window.tourIsSamePage = true;
                // the test waits for this request before it lets the lane run
                return fetch("/web/dataset/call_kw/res.users/has_group", {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({
                        jsonrpc: "2.0",
                        params: {
                            model: "res.users",
                            method: "has_group",
                            args: [[], "integration_sale.tour_is_ready"],
                            kwargs: {},
                        },
                    }),
                });
            },
        },
        {
            content: "What comes back shows without the page being loaded again",
            trigger: `${check("done")} li[data-severity=blocking]:contains(Lamp)`,
            timeout: 20000,
            run() {
                if (!window.tourIsSamePage) {
                    throw new Error("The page was loaded again.");
                }
            },
        },
        {
            content: "Who may mend it has the button for it",
            trigger: `${check("done")} li[data-severity=blocking] button:contains(Map)`,
            run: "click",
        },
        {
            trigger: ".o_list_view td[name=product_id]:contains(Lamp)",
        },
    ],
});
