import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_sale_timeline", {
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
            content: "What came in, with what is new in it",
            trigger:
                ".o_kanban_record:has(.fa-arrow-down):contains(Shipping):contains(shipped)",
        },
        {
            content: "What went out",
            trigger: ".o_kanban_record:has(.fa-arrow-up):contains(Done)",
        },
        {
            content: "The exchange behind it",
            trigger: ".o_kanban_record:has(.fa-arrow-down) a:contains(Job)",
            run: "click",
        },
        {
            trigger: ".o_form_view:contains(Shipping and invoice status)",
        },
    ],
});
