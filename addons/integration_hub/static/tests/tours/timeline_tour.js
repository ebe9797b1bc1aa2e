import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_hub_timeline", {
    steps: () => [
        {
            trigger: ".o_form_view .o_cp_action_menus .fa-cog",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .dropdown-item:contains(Sent and Received)",
            run: "click",
        },
        {
            content: "What went to the other system about the product",
            trigger: ".o_kanban_record:has(.fa-arrow-up):contains(Value Lamp)",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_no_timeline", {
    steps: () => [
        {
            trigger: ".o_form_view .o_cp_action_menus .fa-cog",
            run: "click",
        },
        {
            content: "Not for those who look after no connector",
            trigger: ".o-dropdown--menu:not(:contains(Sent and Received))",
        },
    ],
});
