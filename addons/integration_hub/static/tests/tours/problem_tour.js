import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_hub_problems", {
    steps: () => [
        {
            content: "One line, however many jobs",
            trigger:
                ".o_data_row:contains(Product “Lamp” has no counterpart in ERP North):contains(3)",
        },
        {
            content: "The one action that ends it",
            trigger: ".o_data_row:contains(Lamp) button[name=action_fix]",
            run: "click",
        },
        {
            content: "It says beforehand what goes on",
            trigger: ".modal .alert-info:contains(3 jobs go on)",
        },
        {
            trigger: ".modal [name=remote_value_id] input",
            run: "edit ERP-LAMP",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains([ERP-LAMP] Lamp, brass)",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_end_problem]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(3 jobs go on)",
        },
        {
            content: "It is gone, the other one is still there",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Lamp)))",
        },
        {
            trigger: ".o_data_row:contains(Refused for a reason) .fa-repeat",
            run: "click",
        },
        {
            trigger: ".modal:contains(Refused for a reason.: 2 jobs go on)",
        },
        {
            trigger: ".modal button[name=action_retry]",
            run: "click",
        },
        {
            trigger: ".o_view_nocontent:contains(Nothing is held up)",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_overview", {
    steps: () => [
        {
            trigger:
                ".o_kanban_record:contains(ERP North):contains(Needs Attention):contains(3 jobs go on)",
        },
        {
            trigger: ".o_kanban_record:contains(ERP South):contains(Paused)",
        },
        {
            content: "The one thing to do next",
            trigger: ".o_kanban_record:contains(ERP South) button:contains(Start)",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(ERP South):contains(Nothing to do)",
        },
        {
            trigger:
                ".o_kanban_record:contains(ERP North) button:contains(Show the Problems)",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Lamp) button:contains(Map It)",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_schedule", {
    steps: () => [
        {
            trigger:
                ".o_data_row:contains(start the flows that are due) button[name=method_direct_trigger]",
            run: "click",
        },
        {
            content: "It says what it did",
            trigger: ".o_notification:contains(Flows started: 0)",
        },
        {
            trigger: ".o_data_row:contains(start the flows that are due) td[name=name]",
            run: "click",
        },
        {
            content: "And what it is for",
            trigger:
                ".o_form_view .alert-info:contains(Asks for what the other systems have)",
        },
    ],
});
