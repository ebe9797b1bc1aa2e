import { registry } from "@web/core/registry";

const isAt = (label) => ({
    content: `It comes to ${label} by itself`,
    trigger: `.o_statusbar_status .o_arrow_button_current:contains(${label})`,
});

registry.category("web_tour.tours").add("integration_hub_load", {
    steps: () => [
        {
            content: "What it would do can be looked at first",
            trigger: ".alert:contains(This flow has never run)",
        },
        {
            content: "Look, though the flow is paused",
            trigger: "button[name=action_open_load]",
            run: "click",
        },
        {
            content: "Compare both sides",
            trigger: "button[name=action_check]",
            run: "click",
        },
        isAt("Checked"),
        {
            content: "What it comes to, in money",
            trigger: ".o_field_widget[name=totals_html] td:contains(250.00)",
        },
        {
            content: "Nothing is under way any more",
            trigger: ".o_form_view:not(:has(.fa-spin))",
        },
        {
            content: "The records behind a number",
            trigger: "button[name=action_view_lines]:has([name=create_count])",
            run: "click",
        },
        {
            content: "With their amounts",
            trigger: ".o_list_view .o_data_row td[name=amount]:contains(2.00)",
        },
        {
            content: "Back to the load",
            trigger: ".breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "Only what runs can load",
            trigger: "button[name=action_resume_flow]",
            run: "click",
        },
        {
            content: "It may",
            trigger: ".o_form_view:not(:has(button[name=action_resume_flow]))",
        },
        {
            content: "Do it",
            trigger: "button[name=action_load]",
            run: "click",
        },
        {
            content: "Yes, do it",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        isAt("Done"),
        {
            content: "All of it",
            trigger: ".o_field_widget[name=done_count]:contains(125)",
        },
        {
            content: "The page has followed it to the end",
            trigger: ".o_form_view:not(:has(.fa-spin))",
        },
    ],
});
