import json
from datetime import date

from odoo import api, fields, models
from odoo.tools import float_compare


class IntegrationStockLevel(models.Model):
    """What an ERP has of a product in a warehouse, as read last; in the unit of the
    product here."""

    _name = "integration.stock.level"
    _description = "Stock in the ERP"
    _order = "product_id, connector_id, warehouse_name, id"
    _rec_name = "product_id"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", readonly=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    remote_warehouse_id = fields.Char("Warehouse ID", required=True, readonly=True)
    warehouse_name = fields.Char("Warehouse", readonly=True)
    available = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="On hand there and not promised to anybody.",
    )
    expected = fields.Float(
        digits="Product Unit", readonly=True, help="All that is on its way."
    )
    expected_date = fields.Date(
        "Arrives",
        readonly=True,
        help="When the first of it is planned to arrive. A day that is over: it is overdue"
        " there, and when it comes nobody knows.",
    )
    arrivals = fields.Json(readonly=True)
    read_at = fields.Datetime("Read", readonly=True)

    _level_uniq = models.UniqueIndex("(product_id, connector_id, remote_warehouse_id)")
    _read_idx = models.Index("(connector_id, read_at)")

    # -- for the flow -----------------------------------------------------------------

    @api.model
    def _write_levels(self, connector, products, levels):
        """Keep what the ERP has now of ``products``, in two statements.

        :param connector: ``integration.connector`` record
        :param products: all that were asked for: what is not in ``levels`` has none
        :param list levels: dicts ``product_id`` (ours), ``warehouse_id``,
            ``warehouse_name``, ``available`` and ``arrivals`` (``[[ISO date,
            quantity]]``), floats in the unit of our product
        """
        self.flush_model()
        now = self.env.cr.now()
        rows = [
            {
                "product": level["product_id"],
                "warehouse": level["warehouse_id"],
                "name": level["warehouse_name"],
                "available": level["available"],
                "expected": sum(quantity for _date, quantity in level["arrivals"]),
                "expected_date": min(
                    (day for day, _quantity in level["arrivals"] if day), default=None
                ),
                "arrivals": level["arrivals"],
            }
            for level in levels
        ]
        self.env.cr.execute(
            """
            INSERT INTO integration_stock_level AS known (
                connector_id, company_id, product_id, remote_warehouse_id,
                warehouse_name, available, expected, expected_date, arrivals, read_at,
                create_uid, create_date, write_uid, write_date
            )
            SELECT %(connector)s, %(company)s, row.product, row.warehouse, row.name,
                   row.available, row.expected, row.expected_date, row.arrivals,
                   %(now)s, %(user)s, %(now)s, %(user)s, %(now)s
              FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
                   product integer, warehouse text, name text, available numeric,
                   expected numeric, expected_date date, arrivals jsonb)
            ON CONFLICT (product_id, connector_id, remote_warehouse_id) DO UPDATE SET
                warehouse_name = excluded.warehouse_name,
                available = excluded.available, expected = excluded.expected,
                expected_date = excluded.expected_date, arrivals = excluded.arrivals,
                read_at = excluded.read_at, write_uid = excluded.write_uid,
                write_date = excluded.write_date
            """,
            {
                "connector": connector.id,
                "company": connector.company_id.id,
                "rows": json.dumps(rows),
                "now": now,
                "user": self.env.uid,
            },
        )
        # a warehouse that is gone, a product that stock is no longer kept of
        self.env.cr.execute(
            """
            DELETE FROM integration_stock_level
             WHERE connector_id = %s AND product_id = ANY(%s) AND read_at < %s
            """,
            (connector.id, products.ids, now),
        )
        self.invalidate_model()

    @api.model
    @api.private
    def _drop_for(self, connector, products):
        """What was read of ``products`` was read by a mapping that holds no longer."""
        self.search(
            [("connector_id", "=", connector.id), ("product_id", "in", products.ids)]
        ).unlink()

    @api.model
    @api.private
    def _drop_strays(self, connector):
        """Of what is not mapped nothing is read any more: what there is of it is old."""
        groups = self.env["integration.product.mapping"]._read_group(
            [("connector_id", "=", connector.id), ("state", "=", "mapped")],
            ["product_id"],
        )
        self.search(
            [
                ("connector_id", "=", connector.id),
                ("product_id", "not in", [product.id for (product,) in groups]),
            ]
        ).unlink()

    # -- for lines --------------------------------------------------------------------

    @api.model
    def _get_summaries(self, products, company, connectors=None):
        """What is known of each product, over all warehouses.

        :param products: ``product.product`` records
        :param company: ``res.company``, whose connectors count
        :param connectors: ``integration.connector``: those of them that count; None for all
        :return: dict ``{product id: summary}``; a summary is JSON-safe: ``available``
            (float, in the product's unit), ``arrivals`` (``[[ISO date, quantity]]``,
            earliest first, undated ones last: what should have come before today has no
            date any more), ``read_at`` (the oldest reading) and
            ``warehouses`` (``[{"name", "connector", "available", "expected",
            "expected_date", "is_overdue", "read_at"}]``)
        """
        today = self._get_today(company)
        domain = [
            ("product_id", "in", products.ids),
            ("company_id", "=", company.id),
            ("connector_id.active", "=", True),
        ]
        if connectors is not None:
            domain.append(("connector_id", "in", connectors.ids))
        # sudo: people who quote see what there is, whoever keeps the connectors
        levels = self.sudo().search(domain)
        summaries = {}
        for product, of_product in levels.grouped("product_id").items():
            arrivals = sorted(
                (
                    [day if day and day >= today.isoformat() else "", quantity]
                    for level in of_product
                    for day, quantity in level.arrivals or []
                ),
                key=lambda arrival: (not arrival[0], arrival[0]),
            )
            summaries[product.id] = {
                "available": sum(of_product.mapped("available")),
                "arrivals": arrivals,
                "read_at": fields.Datetime.to_string(min(of_product.mapped("read_at"))),
                "warehouses": [
                    {
                        "id": level.id,
                        "name": level.warehouse_name,
                        "connector": level.connector_id.name,
                        "available": level.available,
                        "expected": level.expected,
                        "expected_date": fields.Date.to_string(level.expected_date)
                        or "",
                        "is_overdue": bool(
                            level.expected_date and level.expected_date < today
                        ),
                        "read_at": fields.Datetime.to_string(level.read_at),
                    }
                    for level in of_product
                ],
            }
        return summaries

    @api.model
    def _get_today(self, company):
        """The day it is for whoever looks; where no person does, for the company.

        :rtype: datetime.date
        """
        zone = (
            self.env.context.get("tz")
            or self.env.user.tz
            # sudo: where the company is, is no secret to its people
            or company.sudo().partner_id.tz
        )
        return fields.Date.context_today(self.with_context(tz=zone))

    @api.model
    def _check_demand(self, summary, quantity, rounding):
        """Whether there is enough, and if not, when there will be.

        :param dict summary: of :meth:`_get_summaries`
        :param float quantity: asked for, in the product's unit
        :param float rounding: of that unit
        :return: ``(is_short, date)``; the date is None where nothing planned suffices, or
            what is planned has no date
        """
        at_hand = summary["available"]
        if float_compare(at_hand, quantity, precision_rounding=rounding) >= 0:
            return False, None
        for day, arriving in summary["arrivals"]:
            at_hand += arriving
            if float_compare(at_hand, quantity, precision_rounding=rounding) >= 0:
                return True, date.fromisoformat(day) if day else None
        return True, None

    @api.model
    def _is_coming(self, summary, quantity, rounding):
        """Whether all that is on its way would do, on whatever day it comes.

        :return: bool; for the parameters see :meth:`_check_demand`
        """
        coming = sum(arriving for _day, arriving in summary["arrivals"])
        return (
            float_compare(
                summary["available"] + coming, quantity, precision_rounding=rounding
            )
            >= 0
        )

    @api.model
    def _ask_for(self, products, company, connectors=None):
        """Queue a reading of these products alone; a request never waits for an ERP.

        :param connectors: as in :meth:`_get_summaries`
        :return: the jobs, empty where no running connector knows the products
        """
        jobs = self.env["integration.job"]
        # sudo: whoever quotes a product may have its stock read
        mappings = (
            self.env["integration.product.mapping"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("state", "=", "mapped"),
                    ("company_id", "=", company.id),
                ]
            )
        )
        for connector, lines in mappings.grouped("connector_id").items():
            if connectors is not None and connector not in connectors:
                continue
            flow = connector._get_flow("stock_pull")
            if not flow or not connector._is_running():
                continue
            jobs |= jobs.sudo()._enqueue(
                flow,
                [
                    {
                        "operation": "read",
                        "name": self.env._("Stock of %s", line.product_id.display_name),
                        "record": line.product_id,
                        "payload": {},
                        "idempotency_key": f"read-{line.product_id.id}",
                        # somebody waits for it
                        "priority": 1,
                        "trigger": "manual",
                    }
                    for line in lines
                ],
            )
        if jobs:
            self.env["integration.lane"]._wake_up()
        return jobs

    @api.model
    def _is_being_read(self, products):
        """:return: ids of those of ``products`` for which a reading is under way"""
        # sudo: the queue's rows are not the salesperson's, this fact is
        groups = (
            self.env["integration.job"]
            .sudo()
            ._read_group(
                [
                    ("flow_id.code", "=", "stock_pull"),
                    ("operation", "=", "read"),
                    ("res_model", "=", "product.product"),
                    ("res_id", "in", products.ids),
                    ("state", "in", ("waiting", "running", "retrying")),
                ],
                ["res_id"],
            )
        )
        return {product_id for (product_id,) in groups}
