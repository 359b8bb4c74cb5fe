"""Builds many organisms in parallel processes: each shared checkpoint once, and never more threads than cores."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from organism.foundry.build import build_organism, train_stage
from organism.foundry.corpus import Split
from organism.foundry.recipe import RECIPES, Recipe
from organism.processes import cores, threads

ZOO = RECIPES / "zoo"
"""The folder whose recipes make up the zoo."""

ZooProgress = Callable[[str, int, int], None]
"""Told what was finished, how many tasks are done, and how many there are."""


@dataclass(frozen=True)
class Task:
    """One process's work: a checkpoint, or with `split` null all that is left of an organism."""

    key: str
    needs: str | None
    """Key of the task that must be done before."""
    recipe: Recipe
    split: Split | None

    @property
    def title(self) -> str:
        """What people read."""
        return f"{self.recipe.name}: {self.split or 'organism'}"


def zoo_recipes() -> list[str]:
    """Names of the zoo's recipes."""
    return sorted(path.stem for path in ZOO.rglob("*.yaml") if not path.stem.startswith("_"))


def plan(recipes: Sequence[Recipe]) -> list[Task]:
    """The tasks of a zoo, each checkpoint once, in an order that respects what they need."""
    tasks: dict[str, Task] = {}
    for recipe in recipes:
        world = recipe.loaded_world
        before: str | None = None
        for split in recipe.splits:
            key = recipe.checkpoint_id(split, world)
            tasks.setdefault(key, Task(key, before, recipe, split))
            before = key
        key = recipe.organism_id(world)
        tasks.setdefault(key, Task(key, before, recipe, None))
    return list(tasks.values())


def build_zoo(recipes: Sequence[Recipe], cache: Path, *, jobs: int | None = None, progress: ZooProgress = lambda *_: None) -> None:
    """Build organisms in parallel; what is finished in the cache is not built again.

    Args:
        recipes: of the organisms.
        cache: where they lie.
        jobs: processes; as many as this process may use cores, if not given. Each gets an equal share of the cores as its threads.
        progress: told as tasks are finished.

    Raises:
        Exception: what the first failing task raised; the others that run are finished, those that wait are not begun.
    """
    tasks = plan(recipes)
    jobs = min(jobs or cores(), len(tasks)) or 1
    waiting = {task.key: task for task in tasks}
    done: set[str] = set()
    running: dict[Future[None], Task] = {}
    with threads(jobs), _pool(jobs) as pool:
        try:
            while waiting or running:
                for task in [task for task in waiting.values() if task.needs is None or task.needs in done][: jobs - len(running)]:
                    running[pool.submit(_work, waiting.pop(task.key), cache)] = task
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    task = running.pop(future)
                    future.result()
                    done.add(task.key)
                    progress(task.title, len(done), len(tasks))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_the_parent)


def _end_with_the_parent() -> None:
    """A worker whose parent was killed stops at once: checkpoints are written whole, so nothing half done is left."""
    parent = multiprocessing.parent_process()

    def wait_for_it() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait_for_it, name="parent", daemon=True).start()


def _work(task: Task, cache: Path) -> None:
    """Runs in a process of its own."""
    if task.split is None:
        build_organism(task.recipe, cache).close()
    else:
        train_stage(task.recipe, task.split, cache)


__all__ = ["Task", "build_zoo", "plan", "zoo_recipes"]
