"""The client of another Odoo: what the verbs share, and who we are over there."""

from .account_figures import AccountFigureVerbs
from .catalog import CatalogVerbs
from .complaints import ComplaintVerbs
from .connection import ConnectionVerbs
from .existence import ExistenceVerbs
from .feedback import FeedbackVerbs
from .forecast import ForecastVerbs
from .order_changes import OrderChangeVerbs
from .order_check import OrderCheckVerbs
from .orders import OrderVerbs
from .parties import PartyVerbs
from .party_changes import PartyChangeVerbs
from .party_news import PartyNewsVerbs
from .prices import PriceVerbs
from .protocol import OdooProtocol
from .status import StatusVerbs
from .stock import StockVerbs
from .values import ValueVerbs


class OdooClient(
    ConnectionVerbs,
    PartyVerbs,
    PartyChangeVerbs,
    PartyNewsVerbs,
    AccountFigureVerbs,
    ValueVerbs,
    CatalogVerbs,
    StockVerbs,
    PriceVerbs,
    ForecastVerbs,
    ComplaintVerbs,
    FeedbackVerbs,
    OrderCheckVerbs,
    ExistenceVerbs,
    OrderVerbs,
    OrderChangeVerbs,
    StatusVerbs,
    OdooProtocol,
):
    """Another Odoo as ERP; the verbs are those of the flow addons' ``contract.py``.

    Credentials: ``api_key``, or ``password`` for JSON-RPC. Options: ``login`` (JSON-RPC),
    ``database``, ``protocol`` (``auto``, ``json2``, ``jsonrpc``), ``company_id``,
    ``version`` (found by :meth:`test_connection`).
    """
