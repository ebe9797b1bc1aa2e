"""`python3 tools/harness COMMAND`: see `help`.

Kept to old syntax, so that an old Python gets as far as the sentence that names a newer one.
"""

import os
import shutil
import sys

if sys.version_info < (3, 11):
    for name in ("python3.11", "python3.12", "python3.13"):
        if getattr(shutil, "which", lambda _name: None)(name):
            os.execv(shutil.which(name), [name] + sys.argv)
    sys.exit(
        "Python %d.%d is too old for Odoo 19 and its pinned packages: "
        "install Python 3.11, 3.12 or 3.13." % sys.version_info[:2]
    )

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from harness.command_line import main  # noqa: E402 (the path above comes first)

sys.exit(main(sys.argv[1:]))
