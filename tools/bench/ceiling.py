"""Runs a bare script over many orders: in batches over several connections, or one by one."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from bench import orders


def values_of(bare, numbers: Iterable[int], prefix: str) -> list[dict]:
    """The orders of these numbers, ready to be sent: making them is not part of any measurement."""
    return [
        bare.values(orders.order(number), f"{prefix}{number}", f"Bench {number}")
        for number in numbers
    ]


def in_batches(bare, values: list[dict], batch: int, connections: int) -> float:
    """Seconds it took."""
    waiting = SimpleQueue()
    for start in range(0, len(values), batch):
        waiting.put(values[start : start + batch])
    scripts = [bare.again() for _index in range(connections)]
    start = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        for future in [pool.submit(_work_off, script, waiting) for script in scripts]:
            future.result()
    seconds = time.perf_counter() - start
    for script in scripts:
        script.client.close()
    return seconds


def _work_off(script, waiting: SimpleQueue) -> None:
    while True:
        try:
            script.create_batch(waiting.get_nowait())
        except Empty:
            return


def one_by_one(bare, values: list[dict]) -> float:
    """Seconds it took."""
    start = time.perf_counter()
    for item in values:
        bare.create_one(item)
    return time.perf_counter() - start
