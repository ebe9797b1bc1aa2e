import { registry } from "@web/core/registry";

const step = (code, state) =>
    `.o_integration_passport li[data-step=${code}].o_step_${state}`;

registry.category("web_tour.tours").add("integration_sale_passport", {
    steps: () => [
        {
            trigger: step("won", "done"),
        },
        {
            content: "Accepted, with the number over there as a link",
            trigger: `${step("accepted", "done")} a[href*='erp.example']`,
        },
        {
            content: "It says who acts next",
            trigger: `${step("invoiced", "current")}:contains(ERP North invoices)`,
            run() {
                window.tourIsSamePage = true;
                // the test waits for this request before it lets the ERP invoice
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
            content:
                "What happens there shows here, without the page being loaded again",
            trigger: `${step("invoiced", "done")}:contains(INV/7)`,
            timeout: 20000,
            run() {
                if (!window.tourIsSamePage) {
                    throw new Error("The page was loaded again.");
                }
            },
        },
        {
            trigger: `${step("paid", "current")}:contains(Brown Ltd pays)`,
        },
    ],
});
