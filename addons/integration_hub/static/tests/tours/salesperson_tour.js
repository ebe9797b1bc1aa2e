import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("integration_hub_salesperson", {
    steps: () => [
        {
            content: "The address of the connectors shows none of them",
            trigger: ".modal:contains(not allowed to access)",
        },
        {
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            trigger: "body:not(:contains(ERP North))",
        },
    ],
});
