import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_hub_replay", {
    steps: () => [
        {
            trigger: ".o_statusbar_buttons button[name=action_replay]",
            run: "click",
        },
        {
            content: "The difference comes first",
            trigger: ".modal .o_integration_difference td:contains(remote old)",
        },
        {
            trigger: ".modal .o_integration_difference td:contains(remote new)",
        },
        {
            trigger: ".modal .o_radio_item:contains(As it was sent) input",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_replay]",
            run: "click",
        },
        {
            content: "The new job knows whose replay it is",
            trigger: ".o_form_view [name=replay_of_id]:contains(Value A)",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Waiting)",
        },
        {
            trigger: ".o_form_view .alert-info:contains(set by a person)",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_correct", {
    steps: () => [
        {
            trigger: ".o_form_view .alert-danger:contains(No such value)",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_correct]",
            run: "click",
        },
        {
            content: "Nothing can be sent yet",
            trigger: ".modal:not(:has(button[name=action_send]:visible))",
        },
        {
            trigger: ".modal .o_field_widget[name=request_text] .ace_editor",
            run() {
                const editor = window.ace.edit(this.anchor);
                editor.setValue(editor.getValue().replace('"A"', '"A2"'));
            },
        },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Misspelt",
        },
        {
            content: "What is changed is shown before it is sent",
            trigger: ".modal .o_integration_difference td:contains(A2)",
        },
        {
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Waiting)",
        },
        {
            trigger: ".o_notebook .nav-link:contains(Corrections)",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Misspelt)",
        },
    ],
});
