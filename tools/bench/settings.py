"""How much is measured; the environment may shorten it. Tables always say how much it was."""

import os
from dataclasses import dataclass, field

ORDERS = {"odoo": 10_000, "tryton": 1_000}
ONE_BY_ONE = {"odoo": 400, "tryton": 60}
BATCHES = {"odoo": (100, 250, 500), "tryton": (50, 100, 200)}
CONNECTIONS = (1, 2, 3)
# Odoo as one process with threads, or as worker processes; Tryton is one process.
MODES = {"odoo": (0, 3), "tryton": (0,)}
SMALLEST_SEARCH = 100


def from_environment(name: str, default: int) -> int:
    """A whole number."""
    return int(os.environ.get(name) or default)


@dataclass(frozen=True)
class Settings:
    """BENCH_N, BENCH_ONE, BENCH_ROUNDS, BENCH_SAMPLES, BENCH_KEEP, BENCH_BATCHES, BENCH_CONNECTIONS, BENCH_WORKERS."""

    samples: int = field(default_factory=lambda: from_environment("BENCH_SAMPLES", 40))
    rounds: int = field(default_factory=lambda: from_environment("BENCH_ROUNDS", 2))
    keep: bool = field(default_factory=lambda: bool(os.environ.get("BENCH_KEEP")))
    patience: float = 4 * 3600

    def orders(self, kind: str) -> int:
        """How many are pushed."""
        return from_environment("BENCH_N", ORDERS[kind])

    def one_by_one(self, kind: str) -> int:
        """How many of them suffice to know the speed one by one."""
        return min(from_environment("BENCH_ONE", ONE_BY_ONE[kind]), self.orders(kind))

    def modes(self, kind: str) -> tuple[int, ...]:
        """Numbers of ERP processes to try."""
        return choice("BENCH_WORKERS", MODES[kind])

    def batches(self, kind: str) -> list[int]:
        """Batch sizes to try, those that fit the number of orders."""
        sizes = choice("BENCH_BATCHES", BATCHES[kind])
        fitting = [size for size in sizes if size <= self.orders(kind)]
        return fitting or [min(sizes)]

    def connections(self, kind: str, batch: int) -> list[int]:
        """Connections to try: each gets a batch."""
        return [
            count
            for count in choice("BENCH_CONNECTIONS", CONNECTIONS)
            if count == 1 or batch * count <= self.orders(kind)
        ]

    def search_size(self, batch: int, connections: int) -> int:
        """A full call on each connection."""
        return max(batch * connections, SMALLEST_SEARCH)


def choice(name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Numbers separated by commas."""
    given = os.environ.get(name)
    return tuple(int(number) for number in given.split(",")) if given else default
