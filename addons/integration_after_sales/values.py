"""Values between the ORM and the contract. Plain Python."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal


def to_text(number):
    """Decimal string of a float, as it is shown: no needless zeros."""
    return format(Decimal(str(number or 0)).normalize(), "f")


def to_moment(text):
    """A moment or date of the ERP, in UTC, as the ORM takes it; False for none."""
    if not text:
        return False
    moment = datetime.fromisoformat(text)
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def get_hash(state):
    """Fingerprint of what came in."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
