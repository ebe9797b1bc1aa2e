"""What Odoo calls the same thing from version to version, the newest name first. Which one
is right the server tells (``OdooProtocol.get_name``), not its version."""

# (model, what it is) -> names of the field
NAMES = {
    # 19 | 14 to 18
    ("sale.order.line", "unit"): ("product_uom_id", "product_uom"),
    ("sale.order.line", "taxes"): ("tax_ids", "tax_id"),
    # what tells variants apart; the other name is that of the first 14
    ("product.product", "values"): (
        "product_template_variant_value_ids",
        "product_template_attribute_value_ids",
    ),
    # 17 | 14 to 16
    ("stock.move", "done"): ("quantity", "quantity_done"),
    # 16 | 14 and 15
    ("stock.picking", "moves"): ("move_ids", "move_lines"),
    # 16 | 14 and 15, where the code is the only name
    ("res.currency", "name"): ("full_name", "name"),
}
