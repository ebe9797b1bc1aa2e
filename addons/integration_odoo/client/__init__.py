"""Client of another Odoo used as ERP. Plain Python: no ORM, no Odoo import."""

from .client import OdooClient
