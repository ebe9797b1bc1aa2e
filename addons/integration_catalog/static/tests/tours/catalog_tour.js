import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_catalog_question", {
    steps: () => [
        {
            content: "What asks a person says why",
            trigger: ".o_data_row:contains(CAT-TWICE):contains(More than one product)",
        },
        {
            trigger: ".o_data_row:contains(CAT-TWICE) td[name=product_id]",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=product_id] input",
            run: "edit Ours second",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Ours second)",
            run: "click",
        },
        {
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "The answer is carried out at once",
            trigger: ".o_data_row:contains(CAT-TWICE):contains(Taken Over)",
        },
    ],
});
