import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_hub_connector", {
    steps: () => [
        {
            content: "Open the connector from its card",
            trigger: ".o_kanban_record:contains(ERP North)",
            run: "click",
        },
        {
            content: "It says what to do first",
            trigger: ".o_form_view:contains(Not tested yet)",
        },
        {
            content: "No key is there yet",
            trigger: ".o_form_view .badge:contains(Not set)",
        },
        {
            content: "Enter one",
            trigger: "[name=api_key] input[type=password]",
            run: "edit tour-secret",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_view .badge:contains(Set):not(:contains(Not))",
        },
        {
            content: "The key is set, and can't be read",
            trigger: "[name=api_key] input",
            run({ anchor }) {
                if (anchor.value) {
                    throw new Error("The key came back to the browser.");
                }
            },
        },
        {
            content: "Test",
            trigger: "button[name=action_test_connection]",
            run: "click",
        },
        {
            content: "The answer comes by itself, in words",
            trigger: ".alert-success:contains(The connection works):contains(Robot)",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Tested)",
        },
        {
            content: "Start by its key",
            trigger: "button[name=action_start]",
            run: "press Alt+q",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Running)",
        },
        {
            content: "Pause",
            trigger: "button[name=action_pause]",
            run: "click",
        },
        {
            trigger: ".alert-success:contains(Paused)",
        },
    ],
});
