"""`make bench`, `make bench BENCH=name`: each measurement prints a table; the last line is JSON with the same figures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import report, won_to_order  # noqa: E402 (the path above comes first)
from bench.engine import (  # noqa: E402
    growth,
    lanes,
    many_connectors,
    memory,
    server_settings,
    speed,
    statements,
)
from bench.push import Push  # noqa: E402
from bench.screens import lists  # noqa: E402
from bench.settings import Settings  # noqa: E402
from bench.volume import run as volume  # noqa: E402
from harness.errors import Stop  # noqa: E402
from harness.progress import say  # noqa: E402
from stage.alone import alone  # noqa: E402

MEASUREMENTS = {
    "push_odoo": lambda settings: Push("odoo", settings).run(),
    "push_tryton": lambda settings: Push("tryton", settings).run(),
    "won_to_order": won_to_order.run,
    "engine_speed": speed.run,
    "engine_growth": growth.run,
    "engine_lanes": lanes.run,
    "engine_connectors": many_connectors.run,
    "engine_memory": memory.run,
    "engine_statements": statements.run,
    "engine_settings": server_settings.run,
    "lists": lists.run,
    "volume": volume.run,
}


def main(names: list[str]) -> int:
    """Run one or all."""
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        say(
            f"There is no measurement {unknown[0]}: choose among {', '.join(MEASUREMENTS)}."
        )
        return 1
    try:
        with alone("bench"):
            measure(names or list(MEASUREMENTS))
    except Stop as stop:
        say(f"\n{stop}")
        return 1
    except KeyboardInterrupt:
        say("\nBroken off.")
        return 1
    return 0


def measure(names: list[str]) -> None:
    """One after the other; with several, the very last line holds all figures."""
    figures = {}
    settings = Settings()
    for name in names:
        found = MEASUREMENTS[name](settings)
        found.show()
        figures[name] = found.figures
        print(report.line({name: found.figures}), flush=True)
    if len(figures) > 1:
        print("\n" + report.line(figures), flush=True)


sys.exit(main(sys.argv[1:]))
