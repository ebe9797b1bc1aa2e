from odoo import models


class IntegrationJob(models.Model):
    """The way from a job that misses a mapping to the screen where it is made."""

    _inherit = "integration.job"

    def action_open_mapping(self):
        """Open the lines these jobs wait for; saved as mapped, they let the jobs go on."""
        self.check_access("read")
        products, values = set(), self.env["integration.value.mapping"]
        domain = [("connector_id", "in", self.connector_id.ids)]
        for job in self.filtered(lambda job: job.error_kind == "mapping"):
            detail = job.error_detail or {}
            if detail.get("model") == "product.product":
                products.update(detail.get("ids", ()))
            else:
                values |= values.search(
                    [
                        ("connector_id", "=", job.connector_id.id),
                        ("res_model", "=", detail.get("model")),
                        ("res_id", "in", detail.get("ids", [])),
                    ]
                )
        # both kinds at once are rare: products first, the rest is asked for afterwards
        if products or not values:
            model_name = "integration.product.mapping"
            domain.append(("product_id", "in", list(products)))
        else:
            model_name = "integration.value.mapping"
            domain = [("id", "in", values.ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Map What Is Missing"),
            "res_model": model_name,
            "view_mode": "list,kanban,form",
            "domain": domain,
            "context": {
                "default_connector_id": self.connector_id[:1].id,
                "search_default_to_do": 0,
            },
        }
