import asyncio
import threading
import time

import pytest

from organism.batching import Batcher


class Work:
    """Doubles numbers; remembers its batches and threads; fails where told."""

    def __init__(self, seconds=0.0):
        self.batches, self.threads, self.seconds = [], set(), seconds

    def __call__(self, requests):
        self.batches.append(list(requests))
        self.threads.add(threading.get_ident())
        time.sleep(self.seconds)
        if -1 in requests:
            raise ValueError("negative")
        return [2 * request for request in requests]


def batcher(work, **more):
    return Batcher(work, cost=lambda request: request, **more)


async def test_answers_come_in_the_order_asked():
    shared = batcher(Work())
    assert await shared.submit([3, 1, 2]) == [6, 2, 4]
    assert await shared.submit([]) == []
    shared.close()


async def test_concurrent_callers_share_batches_on_one_thread():
    work = Work(0.05)
    shared = batcher(work)
    answers = await asyncio.gather(*(shared.submit([n, n + 100]) for n in range(20)))
    assert answers == [[2 * n, 2 * n + 200] for n in range(20)]
    assert len(work.batches) <= 3
    assert len(work.threads) == 1
    shared.close()


async def test_a_batch_has_a_largest_size_and_like_costs_share_it():
    work = Work()
    shared = batcher(work, max_rows=4)
    assert await shared.submit([9, 1, 8, 2, 7, 3]) == [18, 2, 16, 4, 14, 6]
    assert work.batches == [[1, 2, 3, 7], [8, 9]]
    shared.close()


async def test_an_error_reaches_its_callers_and_the_next_batch_is_answered():
    shared = batcher(Work())
    with pytest.raises(ValueError, match="negative"):
        await shared.submit([1, -1])
    assert await shared.submit([4]) == [8]
    shared.close()


async def test_a_caller_that_gives_up_does_not_stop_the_others():
    work = Work(0.1)
    shared = batcher(work)
    first = asyncio.create_task(shared.submit([1]))
    await asyncio.sleep(0.03)
    gone, kept = asyncio.create_task(shared.submit([2])), asyncio.create_task(shared.submit([3]))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await first, await kept) == ([2], [6])
    assert await shared.submit([5]) == [10]
    shared.close()


async def test_closing_answers_what_waits_and_refuses_the_rest():
    shared = batcher(Work(0.05))
    waiting = asyncio.create_task(shared.submit([1, 2]))
    await asyncio.sleep(0.01)
    await asyncio.to_thread(shared.close)
    assert await waiting == [2, 4]
    with pytest.raises(RuntimeError, match="closed"):
        await shared.submit([1])
    shared.close()


def test_callers_of_several_event_loops_are_served():
    shared = batcher(Work())
    assert [asyncio.run(shared.submit([n])) for n in range(3)] == [[0], [2], [4]]
    shared.close()
