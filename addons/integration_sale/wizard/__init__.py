from . import base_partner_merge
from . import choose_quotation
from . import choose_party
from . import check_customer
from . import won_check
