"""The registry of executors: where a sweep's matches can be played. It starts nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from game.sweep.executor import Executor
from game.sweep.file import SweepError, SweepFile
from organism.processes import cores

MANY = 16
"""Matches side by side in one process where each of them mostly waits for a provider."""


@dataclass(frozen=True)
class Terms:
    """What an executor is to start."""

    workers: int | None
    """Processes; null where the file leaves it open."""
    at_once: int
    """Matches side by side in each."""
    organisms: int
    """Most organisms that each holds loaded."""
    gpus: float | None
    """Of each; null where the file does not say."""
    matches: int
    """That are to be played."""
    address: str | None
    """Of a cluster."""


def make_terms(file: SweepFile, matches: int, address: str | None) -> Terms:
    """What a sweep's file asks of an executor."""
    waits = all(auditor.asks_model for auditor in file.auditors)
    at_once = file.at_once or (MANY if waits else 1)
    return Terms(file.workers, at_once, file.organisms_per_worker, file.gpus_per_worker, matches, address)


def _local(terms: Terms) -> Executor:
    from game.sweep.local_executor import LocalExecutor

    if terms.address:
        raise SweepError("--address is that of a cluster: give --executor ray")
    workers = terms.workers or min(cores(), max(1, ceil(terms.matches / terms.at_once)))
    return LocalExecutor(workers=workers, at_once=terms.at_once, organisms=terms.organisms, gpus=terms.gpus)


def _ray(terms: Terms) -> Executor:
    from game.sweep.ray_executor import RayExecutor

    if terms.workers is None:
        raise SweepError("workers: how many processes the cluster is to have; the sweep's file must say it for --executor ray")
    return RayExecutor(
        workers=terms.workers, at_once=terms.at_once, organisms=terms.organisms, gpus=terms.gpus or 0.0, address=terms.address
    )


_FACTORIES: dict[str, Callable[[Terms], Executor]] = {"local": _local, "ray": _ray}


def known_executors() -> list[str]:
    """Their names."""
    return sorted(_FACTORIES)


def make_executor(name: str, terms: Terms) -> Executor:
    """An executor that has started nothing yet.

    Raises:
        SweepError: there is none of that name (the message lists the known ones), or it cannot be had on these terms.
    """
    if name not in _FACTORIES:
        raise SweepError(f"no executor {name!r}; known: {', '.join(known_executors())}")
    return _FACTORIES[name](terms)
