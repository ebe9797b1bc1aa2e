from . import credit_hold
