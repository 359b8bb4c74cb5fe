"""What runs inside a worker process of the local executor: matches come through a pipe, their outcomes go back. It shows nothing."""

import asyncio
import logging
import os
import threading
import traceback
import warnings
from multiprocessing.connection import Connection

from game.score import Outcome
from game.sweep.executor import Job
from game.sweep.worker import Worker

Answer = tuple[int, Outcome | OSError | str]
"""A job's number, and how it ended: also with the disk's error, or with a bug's traceback."""


def serve(connection: Connection, organisms: int) -> None:
    """Play the jobs that come until the process at the other end is gone.

    Args:
        connection: numbers and jobs come, answers go.
        organisms: most organisms held loaded at a time.
    """
    # Lines of several processes between those of the sweep nobody could read: waits for a provider, and what the sweep has warned of.
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")
    asyncio.run(_serve(connection, Worker(organisms)))


async def _serve(connection: Connection, worker: Worker) -> None:
    loop, playing = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def play(number: int, job: Job) -> None:
        answer: Outcome | OSError | str
        try:
            answer = await worker.play(job)
        except OSError as error:
            answer = error
        except Exception:
            answer = traceback.format_exc()
        connection.send((number, answer))

    def begin(number: int, job: Job) -> None:
        task = loop.create_task(play(number, job))
        playing.add(task)
        task.add_done_callback(playing.discard)

    def receive() -> None:
        while True:
            try:
                number, job = connection.recv()
            except (EOFError, OSError):
                os._exit(0)  # nobody waits for an answer any more, and every event is in its log
            loop.call_soon_threadsafe(begin, number, job)

    threading.Thread(target=receive, name="jobs", daemon=True).start()
    await asyncio.Event().wait()
