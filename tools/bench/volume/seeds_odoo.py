"""What the Odoo ERP is filled with, in its own database with its own models. Called inside `odoo shell`."""

from dateutil.relativedelta import relativedelta

from odoo import fields

from bench.volume.copies import Copies
from bench.volume.seeds import STOCK, chunks, codes, price

QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True}
CONFIRM = 100


def products(env, count: int) -> None:
    """Storable goods."""
    with Copies(env.cr, {"code": codes(count)}, texts=["code"]):
        env["product.product"].with_context(**QUIET).create(
            {
                "default_code": codes(1)[0],
                "name": f"Volume {codes(1)[0]}",
                "description_sale": "Cast iron, DN 25, with seals.",
                "type": "consu",
                "is_storable": True,
                "list_price": 12.5,
                "weight": 1.5,
                "invoice_policy": "order",
            }
        )
        env.flush_all()


def find_products(env, count: int):
    """The first ones."""
    return env["product.product"].search(
        [("default_code", "=like", "VOL-%")], order="default_code", limit=count
    )


def change_products(env, count: int) -> None:
    """New names."""
    for product in find_products(env, count):
        product.name = f"{product.name} renewed"


def stock(env, count: int) -> None:
    """Written by SQL as stock itself, not by moves."""
    location = env.ref("stock.warehouse0").lot_stock_id
    env.cr.execute(
        """
        insert into stock_quant (product_id, location_id, company_id, quantity,
               reserved_quantity, in_date, create_date, write_date)
        select id, %s, %s, %s, 0, now() at time zone 'utc', now() at time zone 'utc',
               now() at time zone 'utc'
          from product_product where id = any(%s)
        """,
        [location.id, env.company.id, STOCK, find_products(env, count).ids],
    )


def change_stock(env, count: int) -> None:
    """More of some."""
    env.cr.execute(
        "update stock_quant set quantity = quantity + 1, write_date = now()"
        " where product_id = any(%s)",
        [find_products(env, count).ids],
    )


def prices(env, count: int) -> None:
    """A price list with a fixed price for each product."""
    pricelist = env["product.pricelist"].create({"name": "Volume"})
    for some in chunks(enumerate(find_products(env, count))):
        env["product.pricelist.item"].create(
            [
                {
                    "pricelist_id": pricelist.id,
                    "applied_on": "0_product_variant",
                    "product_id": product.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "compute_price": "fixed",
                    "fixed_price": price(number),
                }
                for number, product in some
            ]
        )
        env.cr.commit()
        env.invalidate_all()


def change_prices(env, count: int) -> None:
    """Dearer."""
    items = env["product.pricelist.item"].search(
        [("product_id", "in", find_products(env, count).ids)]
    )
    for item in items:
        item.fixed_price += 0.5


def find_customers(env, count: int):
    """Those the CRM has sent."""
    return env["res.partner"].search(
        [("is_company", "=", True), ("ref", "=like", "VOL-%")], order="ref", limit=count
    )


def move_customers(env, count: int, street: str) -> None:
    """Their legal address is corrected."""
    env.cr.execute(
        "update res_partner set street = %s || id, write_date = now() at time zone 'utc'"
        " where id = any(%s)",
        [f"{street} ", find_customers(env, count).ids],
    )


def invoices(env, count: int, first: int = 0) -> None:
    """Posted two months ago, one for each customer."""
    day = fields.Date.context_today(env.user) - relativedelta(months=2)
    product = find_products(env, 1)
    for some in chunks(find_customers(env, first + count)[first:], CONFIRM):
        moves = (
            env["account.move"]
            .with_context(**QUIET)
            .create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": partner.id,
                        "invoice_date": day,
                        "invoice_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "product_id": product.id,
                                    "quantity": 1,
                                    "price_unit": 100,
                                },
                            )
                        ],
                    }
                    for partner in some
                ]
            )
        )
        moves.action_post()
        env.cr.commit()
        env.invalidate_all()


def orders(env, keys: list[str], quantity: int = 2, is_confirmed: bool = True) -> list:
    """Orders of one line; confirmed ones with their deliveries and posted invoices."""
    customers = find_customers(env, len(keys))
    goods = find_products(env, len(keys))
    bought = [goods[number % len(goods)] for number in range(len(keys))]
    buyers = [customers[number % len(customers)] for number in range(len(keys))]
    columns = {
        "key": keys,
        "customer": [customer.id for customer in buyers],
        "address": [customer.child_ids[:1].id for customer in buyers],
        "product": [product.id for product in bought],
        "template": [product.product_tmpl_id.id for product in bought],
    }
    links = {
        "customer": "res_partner",
        "address": "res_partner",
        "product": "product_product",
        "template": "product_template",
    }
    # these are unique
    values = {
        f"{table}.name": "model.name || '-' || number.place"
        for table in ("sale_order", "stock_picking", "account_move")
    }
    with Copies(env.cr, columns, links, ["key"], values) as copies:
        sale = (
            env["sale.order"]
            .with_context(**QUIET)
            .create(
                {
                    "partner_id": buyers[0].id,
                    "origin": keys[0],
                    "order_line": [
                        (
                            0,
                            0,
                            {"product_id": bought[0].id, "product_uom_qty": quantity},
                        )
                    ],
                }
            )
        )
        if is_confirmed:
            sale.action_confirm()
            sale._create_invoices().action_post()
        env.flush_all()
    # what the copies of a delivery have reserved
    env.cr.execute(
        """
        update stock_quant quant set reserved_quantity = line.quantity
          from (select product_id, location_id, sum(quantity) as quantity
                  from stock_move_line where state not in ('done', 'cancel')
                 group by product_id, location_id) line
         where line.product_id = quant.product_id
           and line.location_id = quant.location_id
        """
    )
    names = [sale.name, *(f"{sale.name}-{place}" for place in range(1, len(keys)))]
    amounts = [sale.amount_untaxed, sale.amount_total]
    made = (keys, *map(copies.get_ids, ("sale_order", "sale_order_line")), names)
    return [
        [key, order, line, name, *amounts]
        for key, order, line, name in zip(*made, strict=True)
    ]


def ship(env, count: int) -> None:
    """The first ones leave the warehouse."""
    sales = env["sale.order"].search(
        [("origin", "=like", "CRM-%OPP%"), ("state", "=", "sale")],
        order="id",
        limit=count,
    )
    pickings = sales.picking_ids
    pickings.action_assign()
    for move in pickings.move_ids:
        move.quantity = move.product_uom_qty
        move.picked = True
    pickings.button_validate()


def repair(env, count: int) -> None:
    """Accept some of the complaints."""
    orders_ = env["repair.order"].search(
        [("reference_ids.name", "=like", "CRM-%")], order="id", limit=count
    )
    orders_._action_repair_confirm()
