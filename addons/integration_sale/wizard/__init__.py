from . import choose_quotation
from . import choose_party
