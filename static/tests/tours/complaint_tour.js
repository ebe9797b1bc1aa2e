import { registry } from "@web/core/registry";

// the lane, the ERP and the next look at the record take their time
const PATIENCE = 40000;

registry.category("web_tour.tours").add("crm_integration_suite_complaint", {
    steps: () => [
        {
            trigger: "button[name=action_view_complaints]",
            run: "click",
        },
        {
            content: "An empty list says what it is for",
            trigger: ".o_view_nocontent:contains(Send to the ERP)",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=subject] input",
            run: "edit Pump leaks at the flange",
        },
        {
            trigger: ".o_field_widget[name=partner_id] input:value(Tour Customer)",
        },
        {
            trigger: ".o_field_widget[name=description] textarea",
            run: "edit It drips since Monday.",
        },
        {
            content: "Sent by its key",
            trigger: "button[name=action_send]:visible",
            run: "press Alt+q",
        },
        {
            content: "Its number over there appears by itself",
            trigger: "button[name=action_open_remote]:contains(In the ERP)",
            timeout: PATIENCE,
        },
        {
            trigger: ".o_field_widget[name=sync_state]:contains(In the ERP)",
            timeout: PATIENCE,
        },
        {
            trigger: ".o_arrow_button_current:contains(Received)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_integration_suite_complaint_history", {
    steps: () => [
        {
            trigger: "button[name=action_read_from_erp]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Done)",
            timeout: PATIENCE,
        },
        {
            trigger: ".nav-link[name=steps]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=step_ids] .o_data_row:contains(Done)",
        },
    ],
});
