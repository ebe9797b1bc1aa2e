import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_hub_map_product", {
    steps: () => [
        {
            content: "The job says what is wrong",
            trigger: ".o_data_row:contains(Order 1):contains(Needs Attention)",
        },
        {
            trigger: ".o_data_row:contains(Order 1) td[name=name]",
            run: "click",
        },
        {
            trigger: ".alert-danger:contains(Lamp is not mapped)",
        },
        {
            content: "One button leads to what has to be done",
            trigger: "button[name=action_open_mapping]",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains(Lamp):contains(To Map) td[name=remote_value_id]",
            run: "click",
        },
        {
            content: "Search by the code over there",
            trigger: ".o_selected_row [name=remote_value_id] input",
            run: "edit ERP-LAMP",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains([ERP-LAMP] Lamp, brass)",
            run: "click",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Lamp):contains(Mapped)",
        },
        {
            content: "Back: the job has gone on by itself",
            trigger:
                ".o_breadcrumb .o_back_button, .breadcrumb-item a:contains(Order 1)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Waiting)",
        },
        {
            trigger: ".o_form_view:not(:has(.alert-danger))",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_propose", {
    steps: () => [
        {
            trigger: ".o_control_panel button[name=action_propose_matches]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(Matches found)",
        },
        {
            content: "Choose the proposal",
            trigger:
                ".o_data_row:contains(Tour Chair):contains(Proposed) .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(Confirmed: 1)",
        },
        {
            trigger: ".o_data_row:contains(Tour Chair):contains(Mapped)",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_map_value", {
    steps: () => [
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "First the kind …",
            trigger: ".o_selected_row [name=kind] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains(Unit of Measure)",
            run: "click",
        },
        {
            content: "… then one of ours, chosen as in any other field …",
            trigger: ".o_selected_row [name=res_id] input",
            run: "edit Tour Tray",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tour Tray)",
            run: "click",
        },
        {
            content: "… then the one over there",
            trigger: ".o_selected_row [name=remote_value_id] input",
            run: "edit Tray of",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tray of twelve)",
            run: "click",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains(Tour Tray):contains(Mapped)",
        },
    ],
});
