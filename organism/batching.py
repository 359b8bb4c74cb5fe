"""Lets concurrent callers share forward passes: requests that arrive while a batch runs make up the next one."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

Request = TypeVar("Request")
Result = TypeVar("Result")


@dataclass
class _Waiting(Generic[Request, Result]):
    request: Request
    future: "Future[Result]"


class Batcher(Generic[Request, Result]):
    """Runs requests of many callers in common batches on one thread.

    Args:
        run: answers a batch, in order; called from the batcher's thread alone.
        cost: size of a request; requests of like size share batches, which keeps padding small.
        max_rows: requests a batch.
    """

    def __init__(
        self, run: Callable[[Sequence[Request]], Sequence[Result]], *, cost: Callable[[Request], int], max_rows: int = 256
    ) -> None:
        self._run, self._cost, self._max_rows = run, cost, max_rows
        self._waiting: list[_Waiting[Request, Result]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    async def submit(self, requests: Sequence[Request]) -> list[Result]:
        """Answer requests, in order; other callers' requests may run in the same batches.

        Raises:
            RuntimeError: the batcher is closed.
            Exception: what `run` raised for the batch of one of the requests.
        """
        waiting: list[_Waiting[Request, Result]] = [_Waiting(request, Future()) for request in requests]
        with self._changed:
            if self._closed:
                raise RuntimeError("the organism is closed")
            self._waiting += waiting
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
                self._thread.start()
            self._changed.notify()
        return list(await asyncio.gather(*(asyncio.wrap_future(item.future) for item in waiting)))

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                self._waiting.sort(key=lambda item: self._cost(item.request))
                batch, self._waiting = self._waiting[: self._max_rows], self._waiting[self._max_rows :]
            batch = [item for item in batch if item.future.set_running_or_notify_cancel()]
            try:
                pairs = list(zip(batch, self._run([item.request for item in batch]), strict=True))
            except Exception as error:  # whatever went wrong belongs to the callers, not to this thread
                for item in batch:
                    item.future.set_exception(error)
            else:
                for item, result in pairs:
                    item.future.set_result(result)
