import { registry } from "@web/core/registry";

/** Steps that fill in what the test has given for this system. */
function fillIn(fields) {
    return Object.entries(fields).map(([name, value]) => ({
        content: `Enter ${name}`,
        trigger: `.o_field_widget[name=${name}] input`,
        run: `edit ${value}`,
    }));
}

registry.category("web_tour.tours").add("crm_integration_suite_connector", {
    steps: () => {
        const { label, fields, refused } = window.tourData || { fields: {} };
        const steps = [
            {
                content: "New leads through the set-up",
                trigger: ".o-kanban-button-new",
                run: "click",
            },
            {
                trigger: `.o_field_widget[name=system_type] .o_radio_item:contains(${label}) input`,
                run: "click",
            },
            {
                trigger: ".o_field_widget[name=name] textarea",
                run: `edit Tour ${label}`,
            },
            {
                trigger: "button[name=action_setup_next]:contains(Next)",
                run: "click",
            },
            {
                content: "The form asks for what this system needs",
                trigger: ".o_field_widget[name=url] input",
                timeout: 30000,
            },
            ...fillIn(fields),
            {
                trigger: ".o_form_button_save",
                run: "click",
            },
            {
                content: "The secret is kept, and not shown again",
                trigger: ".o_form_view .badge:contains(Set):not(:contains(Not))",
            },
            {
                trigger: "button[name=action_setup_next]:contains(Test the Connection)",
                run: "click",
            },
        ];
        if (refused) {
            return [
                ...steps,
                {
                    content: "It says plainly that the system refuses us",
                    trigger: ".alert-danger:contains(credentials)",
                    timeout: 30000,
                },
                {
                    content: "There is a way back, but none on",
                    trigger:
                        ".o_statusbar_buttons:has(button[name=action_setup_back]):not(:has(button[name=action_setup_next]))",
                },
            ];
        }
        return [
            ...steps,
            {
                content: "Who we are there, and that nothing is missing",
                trigger: ".alert-success:contains(The connection works)",
                timeout: 30000,
            },
            {
                trigger: ".o_field_widget[name=remote_user]:not(:empty)",
            },
            {
                trigger: "button[name=action_setup_next]:contains(Next)",
                run: "click",
            },
            {
                content: "What is synced, with what most companies want",
                trigger:
                    ".o_field_widget[name=flow_ids] .o_data_row:contains(Won deals):not(:contains(Paused)):not(:contains(Running))",
            },
            {
                trigger: "button[name=action_setup_next]:contains(Next)",
                run: "click",
            },
            {
                content: "What would happen, before anything does",
                trigger:
                    ".o_field_widget[name=preview_html]:contains(Products of the whole catalogue)",
                timeout: 60000,
            },
            {
                trigger: "button[name=action_setup_start]",
                run: "click",
            },
            {
                trigger: `.o_kanban_record:contains(Tour ${label})`,
            },
        ];
    },
});
