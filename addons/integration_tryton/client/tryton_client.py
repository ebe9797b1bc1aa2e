"""The client of a Tryton ERP: the verbs of the flow addons' contract.py, over JSON-RPC."""

from .account_figures import AccountFiguresMixin
from .addresses import AddressesMixin
from .catalog import CatalogMixin
from .changes import ChangesMixin
from .complaints import ComplaintsMixin
from .connection import ConnectionMixin
from .existence import ExistenceMixin
from .feedback import FeedbackMixin
from .forecast import ForecastMixin
from .order_cancel import OrderCancelMixin
from .order_check import OrderCheckMixin
from .order_update import OrderUpdateMixin
from .order_values import OrderValuesMixin
from .orders import OrdersMixin
from .parties import PartiesMixin
from .party_changes import PartyChangesMixin
from .party_news import PartyNewsMixin
from .prices import PricesMixin
from .protocol import RpcClient
from .status import StatusMixin
from .stock import StockMixin
from .taxes import TaxesMixin
from .values import ValuesMixin


class TrytonClient(
    ConnectionMixin,
    PartiesMixin,
    PartyChangesMixin,
    PartyNewsMixin,
    AccountFiguresMixin,
    AddressesMixin,
    ValuesMixin,
    CatalogMixin,
    StockMixin,
    PricesMixin,
    ForecastMixin,
    ComplaintsMixin,
    FeedbackMixin,
    OrderCheckMixin,
    ExistenceMixin,
    OrdersMixin,
    OrderUpdateMixin,
    OrderCancelMixin,
    OrderValuesMixin,
    TaxesMixin,
    ChangesMixin,
    StatusMixin,
    RpcClient,
):
    """Tryton 8.0 as ERP.

    Credential ``password``; options ``login``, ``database``, ``web_shop`` (name or id, as a
    person entered it), ``web_shop_id`` (found by :meth:`test_connection`), ``company_id``
    (else the one of the user's preferences).
    """
