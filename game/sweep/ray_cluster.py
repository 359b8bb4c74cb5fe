"""Connects this process to a Ray cluster: one that is there, or one of its own on this machine. It knows no match and shows nothing."""

import importlib
import logging
import os
import re
import socket
from types import ModuleType
from typing import Any

from organism.processes import threads, variables

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray prints what happens to workers to stdout, from a thread of its own; it becomes an error of the executor here.
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    # Else a call that comes when the sweep has ended starts a new cluster.
    "RAY_ENABLE_AUTO_CONNECT": "0",
}
"""Ray reads them when it is loaded."""
STORE_BYTES = 80 * 2**20
"""Of the memory that the machines share objects in; a job and an outcome need next to none, and Ray wants at least 75 MiB."""

CONNECT_SECONDS = 10.0
HOST_AND_PORT = re.compile(r"(.+):(\d+)")


OWN = {"RAY_worker_niceness": "0"}
"""For a cluster of its own: without it the workers wait for all else that runs on the machine."""


class ClusterError(RuntimeError):
    """Ray is missing, or its cluster cannot play the sweep; the message says what to do."""


def load_ray() -> ModuleType:
    """Ray, loaded when it is needed, and silent.

    Raises:
        ClusterError: it is not installed.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        return importlib.import_module("ray")  # no import statement: type checkers would read all of Ray
    except ImportError as error:
        raise ClusterError("the Ray executor needs Ray; install it with: pip install 'auditgame[ray]'") from error


def connect(ray: ModuleType, address: str | None, workers: int) -> None:
    """Connect to a cluster, or start one on this machine.

    Args:
        ray: see `load_ray`.
        address: of the cluster; None starts one.
        workers: processes of one that is started.

    Raises:
        ClusterError: there is none, or it runs another version of Python or of Ray.
    """
    # No place of a cluster of its own stands for a core: how many workers share the cores is the sweep's choice.
    own: dict[str, Any] = {"num_cpus": workers, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    try:
        if address and (found := HOST_AND_PORT.fullmatch(address)):  # Ray itself would take minutes to give up, and end this process then
            socket.create_connection((found[1], int(found[2])), CONNECT_SECONDS).close()
        with threads(workers), variables(OWN):
            ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **({} if address else own))
    except (OSError, RuntimeError, ValueError) as error:
        where = f"no connection to the Ray cluster at {address}" if address else "no Ray cluster could be started on this machine"
        raise ClusterError(f"{where}: {' '.join(str(error).split())}") from error


def check_room(ray: ModuleType, needs: dict[str, float]) -> None:
    """Check that some machine of the cluster can hold one worker: Ray would let it wait for ever.

    Args:
        ray: connected.
        needs: of one worker, by Ray's name of the resource.

    Raises:
        ClusterError: none can.
    """
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    for name, amount in needs.items():
        if amount > (most := max((machine.get(name, 0.0) for machine in machines), default=0.0)):
            raise ClusterError(f"a worker wants {amount:g} {name}, and the most that a machine of the Ray cluster has is {most:g}")
