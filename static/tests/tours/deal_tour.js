import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

// the lane, the ERP and the next look at the record take their time
const PATIENCE = 40000;

const WIN = [
    {
        trigger: "button[name=action_set_won_rainbowman]",
        run: "click",
    },
];
const SEE_ORDER_NUMBER = [
    {
        content: "The ERP order appears by itself, with its number",
        trigger: "button[name=action_view_erp_orders]:contains(ERP Order)",
        timeout: PATIENCE,
    },
    {
        trigger: ".o_field_widget[name=integration_status]:contains(In ERP)",
        timeout: PATIENCE,
    },
];

registry.category("web_tour.tours").add("crm_integration_suite_win", {
    steps: () => [
        ...WIN,
        ...SEE_ORDER_NUMBER,
        {
            trigger: "button[name=action_view_erp_orders]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view:has(button[name=action_open_remote]) h1:contains(/\\d+/)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_integration_suite_map", {
    steps: () => {
        const { code } = window.tourData || {};
        return [
            ...WIN,
            {
                content: "The deal says which product is missing",
                trigger: ".alert[name=integration_alert]:contains(Tour Valve)",
                timeout: PATIENCE,
            },
            {
                content: "… and has the button that leads to it",
                trigger:
                    ".alert[name=integration_alert] button:contains(Map What Is Missing):visible",
                run: "click",
            },
            {
                trigger: ".o_data_row:contains(Tour Valve) td[name=remote_value_id]",
                run: "click",
            },
            {
                trigger: ".o_selected_row [name=remote_value_id] input",
                run: `edit ${code}`,
            },
            {
                trigger: `.o-autocomplete--dropdown-item:contains([${code}])`,
                run: "click",
            },
            {
                trigger: ".o_list_button_save",
                run: "click",
            },
            {
                trigger: ".o_data_row:contains(Tour Valve):contains(Mapped)",
            },
            {
                trigger: ".o_breadcrumb a:contains(Tour Deal)",
                run: "click",
            },
            ...SEE_ORDER_NUMBER,
        ];
    },
});

registry.category("web_tour.tours").add("crm_integration_suite_salesperson", {
    steps: () => [
        {
            content: "Own deals are there, those of another company are not",
            trigger: ".o_kanban_view .o_kanban_record:contains(Tour Deal)",
        },
        {
            trigger: ".o_kanban_view:not(:contains(Deal of others))",
        },
        {
            trigger: ".o_navbar_apps_menu button",
            run: "click",
        },
        {
            content: "No menu of the integrations",
            trigger: ".o-dropdown--menu:not(:contains(Integrations))",
        },
        {
            content: "What the browser asks for by itself is refused as well",
            trigger: "body",
            async run() {
                for (const model of [
                    "integration.connector",
                    "integration.credential",
                    "integration.exchange",
                    "integration.job",
                ]) {
                    let answer = null;
                    try {
                        answer = await rpc(
                            `/web/dataset/call_kw/${model}/search_read`,
                            {
                                model,
                                method: "search_read",
                                args: [[]],
                                kwargs: {},
                            },
                            { silent: true }
                        );
                    } catch (error) {
                        if (error.exceptionName !== "odoo.exceptions.AccessError") {
                            throw error;
                        }
                    }
                    if (answer) {
                        throw new Error(`A salesperson can read ${model}.`);
                    }
                }
            },
        },
        {
            content: "Of what the ERPs have, there is her company's alone",
            trigger: "body",
            async run() {
                for (const model of [
                    "integration.erp.order",
                    "integration.erp.invoice",
                    "integration.erp.shipment",
                ]) {
                    const rows = await rpc(
                        `/web/dataset/call_kw/${model}/search_read`,
                        {
                            model,
                            method: "search_read",
                            args: [[], ["remote_number"]],
                            kwargs: {},
                        }
                    );
                    const numbers = rows.map((row) => row.remote_number).join();
                    if (numbers !== "OWN-1") {
                        throw new Error(`A salesperson reads ${numbers} of ${model}.`);
                    }
                }
            },
        },
    ],
});
