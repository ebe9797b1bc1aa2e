"""Do independent things at the same time: a machine has at least two cores, an install uses one."""

from concurrent.futures import ThreadPoolExecutor


def together(*functions) -> list:
    """Call them all; their results in order. The first failure is raised once all have ended."""
    with ThreadPoolExecutor(len(functions)) as pool:
        futures = [pool.submit(function) for function in functions]
    return [future.result() for future in futures]
