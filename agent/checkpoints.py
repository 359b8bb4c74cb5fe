"""Checkpoints of the loop in the run's own SQLite file, one a turn. It knows no node but the one that every turn begins with."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.sqlite import SqliteSaver

BEGINS = "decide"
"""The node that every turn begins with."""
NEXT = "branch:to:"
"""Begins the names of the channels by which LangGraph marks the nodes that come next."""


class TurnSaver(SqliteSaver):
    """Writes a checkpoint where a turn ends and where the loop ends, synced, in the thread of the loop.

    LangGraph's own `AsyncSqliteSaver` writes twice a node, each time through another thread. Neither is needed here: what a node did is
    in the log, so that a node that runs again after a kill does nothing twice, and a write takes less time than the way to a thread.
    """

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> Iterator["TurnSaver"]:
        """The checkpoints of a run.

        Args:
            path: of the SQLite file; made if missing.
        """
        with closing(sqlite3.connect(path)) as connection:
            yield cls(connection)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The last checkpoint."""
        return self.get_tuple(config)

    async def aput(
        self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> RunnableConfig:
        """Write a checkpoint unless it stands within a turn."""
        following = [name for name in checkpoint["channel_values"] if name.startswith(NEXT)]
        if not following or f"{NEXT}{BEGINS}" in following:
            return self.put(config, checkpoint, metadata, new_versions)
        return {"configurable": {**config["configurable"], "checkpoint_id": checkpoint["id"]}}

    async def aput_writes(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
        """Write nothing: what a node gave stands in the checkpoint behind it, and what it did in the log."""
