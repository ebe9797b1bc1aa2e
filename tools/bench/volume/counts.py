"""What should stand in the ERP's and the CRM's own tables afterwards: queries of one number each."""

# {kind: {what: query}}
ERP = {
    "odoo": {
        "customers": "select count(distinct ref) from res_partner where ref like 'VOL-%' and is_company",
        "customers twice": """
            select count(*) from (select ref from res_partner where ref like 'VOL-%' or ref ~ '^A[0-9]+$'
             group by ref, parent_id having count(*) > 1) twice
        """,
        "addresses": "select count(*) from res_partner where ref ~ '^A[0-9]+$' and parent_id is not null",
        "moved": "select count(*) from res_partner where street like 'Verhuisd %'",
        "draft orders": "select count(*) from sale_order where origin like 'CRM-%OPP%' and state = 'draft'",
        "pieces ordered": """
            select coalesce(sum(line.product_uom_qty), 0)::int from sale_order_line line
              join sale_order on sale_order.id = line.order_id
             where sale_order.origin like 'CRM-%OPP%' and sale_order.state = 'draft'
        """,
        "figures": """
            select count(*) from stock_move move join stock_picking picking on picking.id = move.picking_id
             where picking.origin like 'CRM-%FC%' and picking.state = 'draft'
        """,
        "planned": """
            select coalesce(sum(move.product_uom_qty), 0)::int from stock_move move
              join stock_picking picking on picking.id = move.picking_id
             where picking.origin like 'CRM-%FC%' and picking.state = 'draft'
        """,
        "complaints": """
            select count(distinct reference.name) from stock_reference reference
              join stock_reference_repair_rel link on link.reference_id = reference.id
             where reference.name like 'CRM-%'
        """,
        "all complaints": "select count(*) from repair_order",
        "changed complaints": "select count(*) from repair_order where internal_notes like '%from the lid%'",
        "summaries": """
            select count(distinct description) from ir_attachment
             where res_model = 'product.product' and description like 'CRM-%'
        """,
        "all summaries": """
            select count(*) from ir_attachment where res_model = 'product.product' and mimetype = 'text/plain'
        """,
    },
    "tryton": {
        "customers": "select count(distinct code) from party_party where name like 'Volume customer %'",
        "customers twice": """
            select count(*) from (select name from party_party where name like 'Volume customer %'
             group by name having count(*) > 1) twice
        """,
        "addresses": """
            select count(*) from party_address address join party_party party on party.id = address.party
             where party.name like 'Volume customer %' and street_unstructured like 'Havenstraat %'
        """,
        "moved": "select count(*) from party_address where street_unstructured like 'Verhuisd %'",
        "draft orders": "select count(*) from sale_sale where web_id like 'CRM-%OPP%' and state = 'draft'",
        "pieces ordered": """
            select coalesce(sum(line.quantity), 0)::int from sale_line line
              join sale_sale sale on sale.id = line.sale
             where sale.web_id like 'CRM-%OPP%' and sale.state = 'draft'
        """,
        "figures": "select count(*) from stock_forecast_line",
        "planned": "select coalesce(sum(quantity), 0)::int from stock_forecast_line",
        "complaints": "select count(distinct reference) from sale_complaint where reference like 'CRM-%'",
        "all complaints": "select count(*) from sale_complaint",
        "changed complaints": "select count(*) from sale_complaint where description like '%from the lid%'",
        "summaries": """
            select count(distinct name) from ir_attachment
             where resource like 'product.product,%' and name like '%[CRM-%'
        """,
        "all summaries": "select count(*) from ir_attachment where resource like 'product.product,%'",
    },
}

CRM = {
    "products": """
        select count(distinct product.id) from product_product product
          join integration_product_mapping mapping on mapping.product_id = product.id
         where product.default_code like 'VOL-%' and mapping.state = 'mapped'
    """,
    "products to choose": """
        select count(*) from integration_remote_value where kind = 'product' and code like 'VOL-%'
    """,
    "renewed products": """
        select count(*) from product_template where name ->> 'en_US' like 'Volume %renewed'
    """,
    "links": """
        select count(*) from integration_external_id where kind = 'party' and res_model = 'res.partner'
           and res_id in (select id from res_partner where ref like 'VOL-%')
    """,
    "moved here": "select count(*) from res_partner where ref like 'VOL-%' and street like 'Dijkweg %'",
    "moved again here": "select count(*) from res_partner where ref like 'VOL-%' and street like 'Kadeweg %'",
    "levels": """
        select count(*) from integration_stock_level level
          join product_product product on product.id = level.product_id
         where product.default_code like 'VOL-%' and level.available >= STOCK
    """,
    "changed levels": """
        select count(*) from integration_stock_level where available = STOCK + 1
    """,
    "prices": """
        select count(*) from product_pricelist_item item
          join product_pricelist list on list.id = item.pricelist_id
          join product_product product on product.id = item.product_id and product.default_code like 'VOL-%'
         where list.name ->> 'en_US' = 'Volume' and item.fixed_price > 0
    """,
    "dearer prices": """
        select count(*) from product_pricelist_item item
          join product_pricelist list on list.id = item.pricelist_id
          join product_product product on product.id = item.product_id and product.default_code like 'VOL-%'
         where list.name ->> 'en_US' = 'Volume' and item.fixed_price % 1 = 0.5
    """,
    "figures of accounts": "select count(*) from integration_account_figure",
    "accounts with receivables": "select count(*) from integration_account_figure where receivable > 0",
    "orders with a delivery": """
        select count(distinct link.order_id) from integration_erp_order_shipment_rel link
          join integration_erp_order erp_order on erp_order.id = link.order_id
    """,
    "orders with an invoice": """
        select count(distinct link.order_id) from integration_erp_order_invoice_rel link
          join integration_erp_invoice invoice on invoice.id = link.invoice_id and invoice.state = 'posted'
    """,
    "orders shipped": "select count(*) from integration_erp_order where delivery_state in ('shipped', 'delivered')",
    "complaints known": "select count(*) from integration_complaint where remote_id is not null",
    "complaints accepted": """
        select count(*) from integration_complaint where state in ('accepted', 'in_progress', 'review')
    """,
}
