"""Runs several jobs side by side in one event loop, so many at a time. It knows no match."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Value = TypeVar("Value")


async def side_by_side(jobs: Sequence[Callable[[], Awaitable[Value]]], *, at_once: int) -> list[Value]:
    """The results of all jobs, in their order.

    If one fails, the others are stopped before its error is raised: none goes on unseen.

    Args:
        jobs: begun in their order.
        at_once: most of them under way at a time.
    """
    places = asyncio.Semaphore(at_once)

    async def run(job: Callable[[], Awaitable[Value]]) -> Value:
        async with places:
            return await job()

    tasks = [asyncio.create_task(run(job)) for job in jobs]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
