import { registry } from "@web/core/registry";

const CANCEL = ".o_statusbar_buttons button[name=action_cancel]";

registry.category("web_tour.tours").add("integration_hub_cancel_lost", {
    steps: () => [
        {
            trigger: CANCEL,
            run: "click",
        },
        {
            content: "It says what becomes of it",
            trigger: ".modal:contains(It is looked up there)",
        },
        {
            trigger: ".modal button:contains(Look and Cancel)",
            run: "click",
        },
        {
            trigger: ".o_form_view .alert-info:contains(Only looked up)",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Waiting)",
        },
        {
            content: "Whoever can't wait is told what that means",
            trigger: CANCEL,
            run: "click",
        },
        {
            trigger: ".modal:contains(Look into the other system first)",
        },
        {
            trigger: ".modal button:contains(Cancel All the Same)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Cancelled)",
        },
    ],
});

registry.category("web_tour.tours").add("integration_hub_cancel_unsent", {
    steps: () => [
        {
            trigger: CANCEL,
            run: "click",
        },
        {
            trigger: ".modal:contains(is not made in the other system)",
        },
        {
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains(Cancelled)",
        },
    ],
});
