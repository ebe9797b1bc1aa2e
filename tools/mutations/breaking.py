"""What a deliberate break is."""

from typing import NamedTuple


class Break(NamedTuple):
    """``changes``: tuples (file, what stands there, what stands there instead).

    ``direct``: the tests that were written for this promise alone, as pytest names them.
    """

    changes: tuple
    direct: tuple = ()
