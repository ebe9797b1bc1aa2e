"""`python3 tools/harness COMMAND`: see `help`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.command_line import main  # noqa: E402 (the path above comes first)

sys.exit(main(sys.argv[1:]))
