import { registry } from "@web/core/registry";

// the lane, the ERP and the next look at the record take their time
const PATIENCE = 60000;

/** Which of several taxes of a rate it is: as proposed, then back to the set-up. */
const CHOOSE_TAX = [
    {
        content: "Several taxes there have this rate: it says so",
        trigger:
            ".o_field_widget[name=preview_html]:contains(could be several there: choose)",
    },
    {
        trigger: "button[name=action_choose_values]",
        run: "click",
    },
    {
        content: "The one most like ours is proposed",
        trigger:
            ".o_data_row:contains(BTW 21 %):contains(21% ST):contains(Proposed) button[name=action_confirm]",
        run: "click",
    },
    {
        trigger: ".o_list_view:not(:has(.o_data_row:contains(BTW 21 %)))",
    },
    {
        trigger: ".o_breadcrumb a:contains(First Connector)",
        run: "click",
    },
];

/** From nothing to an order in the ERP: nothing was set up or mapped before. */
registry.category("web_tour.tours").add("crm_integration_suite_first_deal", {
    steps: () => {
        const { label, fields, isTaxAsked } = window.tourData || { fields: {} };
        return [
            {
                trigger: ".o-kanban-button-new",
                run: "click",
            },
            {
                trigger: `.o_field_widget[name=system_type] .o_radio_item:contains(${label}) input`,
                run: "click",
            },
            {
                trigger: ".o_field_widget[name=name] textarea",
                run: "edit First Connector",
            },
            {
                trigger: "button[name=action_setup_next]:contains(Next)",
                run: "click",
            },
            {
                trigger: ".o_field_widget[name=url] input",
                timeout: PATIENCE,
            },
            ...Object.entries(fields).map(([name, value]) => ({
                content: `Enter ${name}`,
                trigger: `.o_field_widget[name=${name}] input`,
                run: `edit ${value}`,
            })),
            {
                trigger: "button[name=action_setup_next]:contains(Test the Connection)",
                run: "click",
            },
            {
                trigger: ".alert-success:contains(The connection works)",
                timeout: PATIENCE,
            },
            {
                trigger: "button[name=action_setup_next]:contains(Next)",
                run: "click",
            },
            {
                content: "What to sync: as it is",
                trigger:
                    ".o_field_widget[name=flow_ids] .o_data_row:contains(Won deals):not(:contains(Paused)):not(:contains(Running))",
            },
            {
                trigger: "button[name=action_setup_next]:contains(Next)",
                run: "click",
            },
            {
                content: "What would happen, also to the taxes in use",
                trigger: ".o_field_widget[name=preview_html]:contains(Taxes in use)",
                timeout: PATIENCE,
            },
            ...(isTaxAsked ? CHOOSE_TAX : []),
            {
                trigger: "button[name=action_setup_start]",
                run: "click",
            },
            {
                content: "Its card says what is next",
                trigger:
                    ".o_kanban_record:contains(First Connector) button:contains(Check the Mappings)",
                run: "click",
            },
            {
                trigger:
                    ".o_list_view .o_data_row:contains(First Pump):contains(Proposed)",
            },
            {
                trigger: ".o_list_view thead .o_list_record_selector input",
                run: "click",
            },
            {
                trigger:
                    ".o_control_panel_actions button[name=action_confirm], .o_list_buttons button[name=action_confirm], .o_control_panel button[name=action_confirm]",
                run: "click",
            },
            {
                trigger: ".o_list_view:not(:has(.o_data_row:contains(First Pump)))",
            },
            {
                content: "Now the deal",
                trigger: ".o_navbar_apps_menu button",
                run: "click",
            },
            {
                trigger: ".o-dropdown--menu [data-menu-xmlid='crm.crm_menu_root']",
                run: "click",
            },
            {
                trigger: ".o_kanban_record:contains(First Deal)",
                run: "click",
            },
            {
                trigger: "button[name=action_set_won_rainbowman]",
                run: "click",
            },
            {
                content: "Its order number appears by itself",
                trigger: "button[name=action_view_erp_orders]:contains(ERP Order)",
                timeout: PATIENCE,
            },
            {
                trigger: ".o_field_widget[name=integration_status]:contains(In ERP)",
                timeout: PATIENCE,
            },
        ];
    },
});
