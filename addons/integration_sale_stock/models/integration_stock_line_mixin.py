from odoo import api, fields, models


class IntegrationStockDocumentMixin(models.AbstractModel):
    """A document whose lines show what the ERP has."""

    _name = "integration.stock.document.mixin"
    _description = "Document with Stock in the ERP"

    erp_stock_state = fields.Selection(
        [("none", "Not Known"), ("reading", "Being Read"), ("known", "Known")],
        compute="_compute_erp_stock_state",
    )

    def _get_erp_stock_lines(self):
        """:return: the lines that ask for stock"""
        raise NotImplementedError

    def _shows_erp_stock(self):
        """Whether the document still asks for stock."""
        raise NotImplementedError

    def _get_erp_stock_company(self):
        return self.company_id or self.env.company

    def _get_erp_stock_deal(self):
        """:return: the ``crm.lead`` whose order this is going to be"""
        raise NotImplementedError

    def _get_erp_stock_connectors(self):
        """Which ERP is going to deliver this: what another one has is no help.

        :return: ``integration.connector``, or None where none takes the deal, or that one
            tells no stock: then what all of them have is shown
        """
        # the check before Won asks one ERP after the other
        only_id = self.env.context.get("erp_stock_connector_id")
        # sudo: where a deal is sent to is set up by others, and shows in the figures alone
        flows = self.env["integration.flow"].sudo()
        if only_id:
            connectors = flows.connector_id.browse(only_id)
        else:
            deal = self._get_erp_stock_deal()._origin.sudo()
            company = self._get_erp_stock_company()
            connectors = (
                flows._find_for_push(
                    "sale_order_push", company if deal else company[:0]
                )
                .filtered(lambda flow: flow._filter_records(deal))
                .connector_id
            )
        telling = connectors.filtered(
            lambda connector: connector._get_flow("stock_pull").state == "running"
        )
        return telling or None

    def _compute_erp_stock_state(self):
        # sudo: whether a product is mapped is no secret to those who quote it
        mappings = self.env["integration.product.mapping"].sudo()
        for document in self:
            products = document._get_erp_stock_lines().product_id
            if not products:
                document.erp_stock_state = "none"
            elif self.env["integration.stock.level"]._is_being_read(products):
                document.erp_stock_state = "reading"
            else:
                is_mapped = mappings.search_count(
                    [
                        ("product_id", "in", products.ids),
                        ("state", "=", "mapped"),
                        ("company_id", "=", document._get_erp_stock_company().id),
                    ],
                    limit=1,
                )
                document.erp_stock_state = "known" if is_mapped else "none"

    def action_read_erp_stock(self):
        """Ask the ERP for the products on the lines; a job does it, and the form shows
        the answer by itself."""
        for document in self:
            self.env["integration.stock.level"]._ask_for(
                document._get_erp_stock_lines().product_id,
                document._get_erp_stock_company(),
                document._get_erp_stock_connectors(),
            )
        return True


class IntegrationStockLineMixin(models.AbstractModel):
    """A line that shows what the ERP has of its product, and when it was read."""

    _name = "integration.stock.line.mixin"
    _description = "Line with Stock in the ERP"

    # lines are read by the customer too, on the portal
    erp_stock = fields.Json(
        "In the ERP", compute="_compute_erp_stock", groups="base.group_user"
    )
    is_erp_stock_short = fields.Boolean(
        compute="_compute_erp_stock", groups="base.group_user"
    )

    def _get_erp_stock_document(self):
        raise NotImplementedError

    def _get_erp_stock_quantity(self):
        """:return: float, in the unit of the line"""
        raise NotImplementedError

    @api.model
    def _get_erp_stock_dependencies(self):
        """:return: list of the fields the figures depend on"""
        return []

    @api.depends(lambda self: self._get_erp_stock_dependencies())
    @api.depends_context("erp_stock_connector_id")
    def _compute_erp_stock(self):
        self.erp_stock = False
        self.is_erp_stock_short = False
        levels = self.env["integration.stock.level"]
        for document, lines in self.grouped(
            lambda line: line._get_erp_stock_document()
        ).items():
            all_lines = document._get_erp_stock_lines()
            summaries = levels._get_summaries(
                lines.product_id,
                document._get_erp_stock_company(),
                document._get_erp_stock_connectors(),
            )
            if not document._shows_erp_stock():
                continue
            demand = all_lines._get_erp_stock_demand()
            for line in lines:
                product = line.product_id._origin
                summary = summaries.get(product.id)
                if not summary or not line.product_uom_id:
                    continue
                asked = demand.get(product.id)
                if line not in all_lines:
                    # being edited: the document has it as it was before, if at all
                    others = all_lines.filtered(
                        lambda other, line=line: other._origin != line._origin
                    )
                    asked = (others._get_erp_stock_demand().get(product.id) or 0.0) + (
                        line._get_erp_stock_asked()
                    )
                is_short, date = levels._check_demand(
                    summary, asked, product.uom_id.rounding
                )
                line.is_erp_stock_short = is_short
                line.erp_stock = {
                    **line._prepare_erp_stock(summary, asked, is_short, date),
                    # enough of it, but nobody knows when
                    "is_undated": is_short
                    and not date
                    and levels._is_coming(summary, asked, product.uom_id.rounding),
                }

    def _get_erp_stock_asked(self):
        """:return: float, in the unit of the product"""
        return self.product_uom_id._compute_quantity(
            self._get_erp_stock_quantity(), self.product_id.uom_id, round=False
        )

    def _get_erp_stock_demand(self):
        """Two lines of one product share what there is.

        :return: dict ``{product id: quantity asked for on all lines}``
        """
        demand = {}
        for line in self.filtered(lambda line: line.product_id and line.product_uom_id):
            product_id = line.product_id._origin.id
            demand[product_id] = (
                demand.get(product_id, 0.0) + line._get_erp_stock_asked()
            )
        return demand

    def _prepare_erp_stock(self, summary, asked, is_short, date):
        """What the browser shows; quantities in the unit of the line."""
        unit, own_unit = self.product_uom_id, self.product_id.uom_id

        def convert(quantity):
            return own_unit._compute_quantity(quantity, unit, round=False)

        return {
            "product_id": self.product_id._origin.id,
            "unit": unit.name,
            "available": convert(summary["available"]),
            "asked": convert(asked),
            "is_short": is_short,
            "date": fields.Date.to_string(date) if date else "",
            "read_at": summary["read_at"],
            "warehouses": [
                {
                    **warehouse,
                    "available": convert(warehouse["available"]),
                    "expected": convert(warehouse["expected"]),
                }
                for warehouse in summary["warehouses"]
            ],
        }
