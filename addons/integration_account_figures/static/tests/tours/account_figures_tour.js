import { registry } from "@web/core/registry";

const banner = "div[name=account_figures_alert]";

function checkSamePage() {
    if (!window.tourIsSamePage) {
        throw new Error("The page was loaded again.");
    }
}

registry.category("web_tour.tours").add("integration_account_figures_read", {
    steps: () => [
        {
            trigger: `${banner}:contains(12,300.00)`,
            run() {
                window.tourIsSamePage = true;
            },
        },
        {
            trigger: `${banner} button[name=action_read_account_figures]`,
            run: "click",
        },
        {
            trigger: ".o_notification:contains(show here in a moment)",
        },
        {
            content: "What was read shows without the page being loaded again",
            trigger: `${banner}:contains(450.00)`,
            timeout: 20000,
            run: checkSamePage,
        },
    ],
});

registry.category("web_tour.tours").add("integration_account_figures_appear", {
    steps: () => [
        {
            content: "Nothing to say of the customer yet",
            trigger: `.o_form_view .o_form_sheet:not(:has(${banner}))`,
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
                            args: [[], "integration_account_figures.tour_is_ready"],
                            kwargs: {},
                        },
                    }),
                });
            },
        },
        {
            content: "What the scheduled run has read shows by itself",
            trigger: `${banner}:contains(450.00)`,
            timeout: 20000,
            run: checkSamePage,
        },
    ],
});
