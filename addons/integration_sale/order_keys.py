"""Whether an order over there is the one it is taken for. No ORM.

Ids are numbers, and another system has other orders under the same ones. Our key, which the
order bears where the system can keep it, tells.
"""

import re

# of any database of ours: see integration.connector._get_remote_key_prefix
KEY = re.compile(r"CRM-[\w-]{1,8}-(?:SO|OPP)\d+", re.IGNORECASE)


def is_clash(found, key):
    """Whether an order bears the key of another record than ours.

    People may write over the field the key is in, or join orders: what is no key, or has
    ours among others, is ours all the same.

    :param str found: what stands there; empty where nothing does
    :param str key: ours
    :rtype: bool
    """
    keys = KEY.findall(found or "")
    return bool(keys) and key.lower() not in (item.lower() for item in keys)
