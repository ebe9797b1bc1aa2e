from . import base_partner_merge
from . import credit_hold
