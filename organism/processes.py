"""How many cores there are for this process, and how many threads the processes that it starts take. It starts none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
"""Variables by which libraries size their thread pools."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def threads(processes: int) -> Iterator[None]:
    """While it lasts, processes that are started take an equal share of the cores as their threads.

    Libraries read the variables when they are loaded. Threads that spin while they wait slow each other tenfold when there are more of
    them than cores.

    Args:
        processes: that run at a time.
    """
    with variables(dict.fromkeys(THREADS, str(max(1, cores() // processes)))):
        yield


@contextmanager
def variables(values: dict[str, str]) -> Iterator[None]:
    """While it lasts, these variables are set in the environment."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
