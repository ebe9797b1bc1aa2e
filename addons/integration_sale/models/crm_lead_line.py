from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_compare

from ..decimals import to_text

# what computing a price notes: no change of the line
PRICED = {"technical_price_unit", "priced_product_id", "priced_uom_id"}


class CrmLeadLine(models.Model):
    """What an opportunity is about, for teams that don't quote in Odoo."""

    _name = "crm.lead.line"
    _description = "Opportunity Line"
    _order = "lead_id, sequence, id"
    _check_company_auto = True

    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_company_id")
    sequence = fields.Integer(default=10)
    display_type = fields.Selection(
        [("line_section", "Section"), ("line_note", "Note")], default=False
    )
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True), ('type', '!=', 'combo')]",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    name = fields.Text(
        "Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    allowed_uom_ids = fields.Many2many("uom.uom", compute="_compute_allowed_uom_ids")
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        domain="[('id', 'in', allowed_uom_ids)]",
    )
    price_unit = fields.Float(
        "Unit Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        min_display_digits="Product Price",
        required=True,
    )
    # what the price was computed as, and for what: another one was agreed on by people
    technical_price_unit = fields.Float()
    priced_product_id = fields.Many2one("product.product", ondelete="set null")
    priced_uom_id = fields.Many2one("uom.uom", ondelete="set null")
    discount = fields.Float("Disc.%", digits="Discount")
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('type_tax_use', '=', 'sale'), ('company_id', 'parent_of', company_id)]",
        context={"active_test": False},
    )
    price_subtotal = fields.Monetary(
        "Subtotal", compute="_compute_amount", store=True, precompute=True
    )
    price_tax = fields.Monetary(
        "Total Tax", compute="_compute_amount", store=True, precompute=True
    )
    price_total = fields.Monetary(
        "Total", compute="_compute_amount", store=True, precompute=True
    )

    _product_required = models.Constraint(
        "CHECK(display_type IS NOT NULL"
        " OR (product_id IS NOT NULL AND product_uom_id IS NOT NULL))",
        "Choose a product on each line, or make it a section or a note.",
    )
    _text_has_no_amounts = models.Constraint(
        "CHECK(display_type IS NULL"
        " OR (product_id IS NULL AND quantity = 0 AND price_unit = 0))",
        "A section or note has neither product, quantity nor price.",
    )

    # -- compute ----------------------------------------------------------------------

    @api.depends("lead_id.company_id")
    def _compute_company_id(self):
        for line in self:
            company = line.lead_id.company_id or self.env.company
            line.company_id = company
            line.currency_id = company.currency_id

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            if line.product_id:
                product = line.product_id.with_context(lang=line._get_lang())
                line.name = product.get_product_multiline_description_sale()

    def _get_lang(self):
        return self.lead_id.partner_id.lang or self.lead_id.lang_code or self.env.lang

    @api.depends("product_id.uom_id", "product_id.uom_ids")
    def _compute_allowed_uom_ids(self):
        for line in self:
            line.allowed_uom_ids = line.product_id.uom_id | line.product_id.uom_ids

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_id.uom_id

    @api.depends("product_id", "product_uom_id", "quantity")
    def _compute_price_unit(self):
        """A price that people agreed on stays when the quantity changes, and follows the
        unit; another product has its own."""
        for line in self:
            if not line.product_id:
                line.price_unit = line.technical_price_unit = 0.0
                continue
            agreed = line._get_agreed_price()
            line._note_list_price()
            line.price_unit = line.technical_price_unit if agreed is None else agreed

    def _get_agreed_price(self):
        """:return: per today's unit; None where the price is the computed one"""
        self.ensure_one()
        is_computed = not float_compare(
            self.technical_price_unit, self.price_unit, precision_digits=6
        )
        if self.priced_product_id != self.product_id or is_computed:
            return None
        if not self.priced_uom_id or self.priced_uom_id == self.product_uom_id:
            return self.price_unit
        return self.priced_uom_id._compute_price(self.price_unit, self.product_uom_id)

    def _note_list_price(self):
        for line in self:
            line.technical_price_unit = line._get_list_price()
            line.priced_product_id = line.product_id
            line.priced_uom_id = line.product_uom_id

    def _get_list_price(self):
        self.ensure_one()
        company = self.company_id
        product = self.product_id.with_company(company)
        price_list = self.lead_id.partner_id.with_company(
            company
        ).property_product_pricelist
        price, _rule = price_list._get_price_in(
            product,
            self.quantity or 1.0,
            self.product_uom_id,
            self.currency_id,
            company,
            fields.Date.context_today(self),
        )
        return product._get_tax_included_unit_price_from_price(
            # none at all rather than a wrong one: the opportunity says why
            price or 0.0,
            product_taxes=product.taxes_id._filter_taxes_by_company(company),
            fiscal_position=self._get_fiscal_position(),
        )

    @api.depends("product_id")
    def _compute_tax_ids(self):
        for line in self:
            taxes = line.product_id.taxes_id._filter_taxes_by_company(line.company_id)
            line.tax_ids = line._get_fiscal_position().map_tax(taxes)

    def _get_fiscal_position(self):
        partner = self.lead_id.partner_id
        if not partner:
            return self.env["account.fiscal.position"]
        delivery = partner.browse(partner.address_get(["delivery"])["delivery"])
        return (
            self.env["account.fiscal.position"]
            .with_company(self.company_id)
            ._get_fiscal_position(partner, delivery)
        )

    @api.depends("quantity", "price_unit", "discount", "tax_ids")
    def _compute_amount(self):
        AccountTax = self.env["account.tax"]
        for line in self:
            if line.display_type:
                line.price_subtotal = line.price_tax = line.price_total = 0.0
                continue
            base_line = line._prepare_base_line_for_taxes_computation()
            AccountTax._add_tax_details_in_base_line(base_line, line.company_id)
            AccountTax._round_base_lines_tax_details([base_line], line.company_id)
            details = base_line["tax_details"]
            line.price_subtotal = details["total_excluded_currency"]
            line.price_total = details["total_included_currency"]
            line.price_tax = line.price_total - line.price_subtotal

    def _prepare_base_line_for_taxes_computation(self):
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            tax_ids=self.tax_ids,
            quantity=self.quantity,
            partner_id=self.lead_id.partner_id,
            currency_id=self.currency_id,
            rate=1.0,
            name=self.name,
        )

    # -- CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        default_type = self.default_get(["display_type"]).get("display_type")
        vals_list = [
            {**vals, "quantity": 0.0}
            if vals.get("display_type", default_type)
            else vals
            for vals in vals_list
        ]
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            line._note_given_price(vals)
        lines.lead_id._on_lines_changed()
        return lines

    def write(self, vals):
        if vals.keys() <= PRICED:
            return super().write(vals)
        leads = self.lead_id
        result = super().write(vals)
        if "product_id" in vals:
            self._note_given_price(vals)
        (leads | self.lead_id)._on_lines_changed()
        return result

    def unlink(self):
        leads = self.lead_id
        result = super().unlink()
        leads.exists()._on_lines_changed()
        return result

    def _note_given_price(self, vals):
        """A price that came along with its product is an agreed one."""
        if vals.get("price_unit") is not None and "technical_price_unit" not in vals:
            self.filtered("product_id")._note_list_price()

    # -- to a quotation ---------------------------------------------------------------

    def _prepare_order_line_values(self, currency):
        """Values of the quotation line this line becomes.

        :param currency: of the quotation; our prices are in the company's
        """
        self.ensure_one()
        values = {
            "sequence": self.sequence,
            "display_type": self.display_type,
            "name": self.name,
        }
        if self.display_type:
            return values
        quantity, price = self.quantity, self.price_unit
        unit, discount = self.product_uom_id, self.discount
        # what the quotation's form does not show to this user gets lost on saving
        if not self.env.user.has_group("uom.group_uom"):
            own_unit = self.product_id.uom_id
            quantity = unit._compute_quantity(quantity, own_unit, round=False)
            price = unit._compute_price(price, own_unit)
            unit = own_unit
        if not self.env.user.has_group("sale.group_discount_per_so_line"):
            price *= 1 - discount / 100
            discount = 0.0
        rate = self.currency_id._get_known_rate(
            currency, self.company_id, fields.Date.context_today(self)
        )
        if rate is not None:
            # without one, the quotation's own price list says what it costs
            values["price_unit"] = price * rate
        return {
            **values,
            "product_id": self.product_id.id,
            "product_uom_qty": quantity,
            "product_uom_id": unit.id,
            "discount": discount,
            "tax_ids": [Command.set(self.tax_ids.ids)],
        }

    # -- to the ERP -------------------------------------------------------------------

    def _prepare_erp_line_payload(self):
        """Snapshot of this line; see ``integration.payload``."""
        self.ensure_one()
        payload = self.env["integration.payload"]
        kind = payload._get_kind(self)
        if kind != "product":
            return payload._prepare_text_line(f"L{self.id}", kind, self.name)
        return {
            "key": f"L{self.id}",
            "kind": kind,
            "product_id": self.product_id.id,
            "description": self.name or "",
            "quantity": to_text(self.quantity),
            "uom_id": self.product_uom_id.id,
            "unit_price": to_text(self.price_unit),
            "discount": to_text(self.discount),
            "tax_ids": self.tax_ids.ids,
            "subtotal": to_text(self.price_subtotal),
        }
