from odoo import models

# products asked for in one call, unless the flow sets another number
PAGE_SIZE = 500


class HandlerStockPull(models.AbstractModel):
    """What the ERP has of our mapped products (ERP-6).

    Operations: ``pull``, a page of all of them, in the order of their mappings (the cursor
    is the last one's id); ``read``, one product on demand.
    """

    _name = "integration.handler.stock_pull"
    _description = "Stock in the ERP"
    _inherit = ["integration.handler.read.load"]

    def _prepare(self, flow, jobs):
        if jobs[:1].operation == "read":
            mappings = self._find_mappings(
                flow, [("product_id", "in", jobs.mapped("res_id"))]
            )
            by_product = mappings.grouped(lambda line: line.product_id.id)
            return {
                job: self._prepare_request(by_product.get(job.res_id, mappings[:0]))
                for job in jobs
            }
        limit = flow.batch_size or PAGE_SIZE
        mappings = self._find_mappings(
            flow, [("id", ">", int(flow.cursor or 0))], limit=limit
        )
        request = {
            **self._prepare_request(mappings),
            "next": str(mappings[-1:].id) if len(mappings) == limit else "",
        }
        return dict.fromkeys(jobs, request)

    def _find_mappings(self, flow, domain, **options):
        return self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("state", "=", "mapped"),
                *domain,
            ],
            order="id",
            **options,
        )

    def _prepare_request(self, mappings):
        return {
            "mapping_ids": mappings.ids,
            "remote_ids": sorted(set(mappings.mapped("remote_id"))),
        }

    @staticmethod
    def _call(client, requests):
        wanted = {
            remote_id for request in requests for remote_id in request["remote_ids"]
        }
        levels = {}
        if wanted:
            for level in client.stock_levels(sorted(wanted)):
                levels.setdefault(level["product_id"], []).append(level)
        return [
            {
                "mapping_ids": request["mapping_ids"],
                "next": request.get("next", ""),
                "levels": [
                    level
                    for remote_id in request["remote_ids"]
                    for level in levels.get(remote_id, [])
                ],
            }
            for request in requests
        ]

    def _apply(self, flow, results):
        for job, answer in results:
            # a mapping may have been changed or deleted meanwhile
            mappings = (
                self.env["integration.product.mapping"]
                .browse(answer["mapping_ids"])
                .exists()
                .filtered(lambda line: line.state == "mapped")
            )
            uncounted = self._write_levels(flow, mappings, answer["levels"])
            if job.operation == "pull":
                # those of earlier pages of this run are named by the last one as well
                uncounted |= mappings.browse(job.payload.get("left_out", [])).exists()
                self._finish_page(flow, answer["next"], mappings, uncounted)

    def _finish_page(self, flow, cursor, mappings, uncounted):
        result = self.env._("Products asked for: %s", len(mappings))
        flow.write(
            {
                "cursor": cursor,
                "last_run": self.env.cr.now(),
                "last_message": ". ".join(
                    filter(None, [result, uncounted._say_uncounted()])
                ),
            }
        )
        if cursor:
            flow._enqueue_pull(trigger="more").payload = {"left_out": uncounted.ids}
        else:
            self.env["integration.stock.level"]._drop_strays(flow.connector_id)

    def _write_levels(self, flow, mappings, levels):
        """Keep what the answer says of ``mappings``; a figure in a unit that nothing
        relates to ours is none.

        :return: those of ``mappings`` it has such figures of
        """
        by_remote = {}
        for level in levels:
            by_remote.setdefault(level["product_id"], []).append(level)
        units = mappings._get_local_units(flow.connector_id)
        rows, uncounted = [], set()
        for mapping in mappings:
            for level in by_remote.get(mapping.remote_id, []):
                factor = mapping._get_factor_in(level["unit_id"], units)
                if factor is None:
                    uncounted.add(mapping.id)
                    continue
                rows.append(
                    {
                        "product_id": mapping.product_id.id,
                        "warehouse_id": level["warehouse_id"],
                        "warehouse_name": level["warehouse_name"],
                        "available": float(level["available"]) / factor,
                        "arrivals": [
                            [arrival["date"], float(arrival["quantity"]) / factor]
                            for arrival in level["arrivals"]
                        ],
                    }
                )
        self.env["integration.stock.level"]._write_levels(
            flow.connector_id, mappings.product_id, rows
        )
        return mappings.filtered(lambda mapping: mapping.id in uncounted)
