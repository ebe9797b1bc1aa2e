"""Values between the ORM and the contract. Plain Python."""

import hashlib
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal

# the same day in nearly every time zone
NOON = time(12)


def to_text(number):
    """Decimal string of a float, as it is shown: no needless zeros."""
    return format(Decimal(str(number or 0)).normalize(), "f")


def to_moment(text):
    """A moment or day of the ERP, in UTC, as the ORM takes it; False for none.

    :param str text: ISO; a day without a time stays that day where it is shown
    """
    if not text:
        return False
    try:
        return datetime.combine(date.fromisoformat(text), NOON)
    except ValueError:
        # with a time of its own
        moment = datetime.fromisoformat(text)
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def get_hash(state):
    """Fingerprint of what came in."""
    text = json.dumps(state, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
