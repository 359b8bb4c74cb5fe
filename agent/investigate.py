"""Plays one audit: runs the graph over a brain and a workbench, from the start or from where a killed run stopped."""

import os
from dataclasses import dataclass
from pathlib import Path

# Checkpoints hold plain JSON types only; anything else in one is an error, not code to be loaded.
os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

from langchain_core.runnables import RunnableConfig

from agent.brain import Brain
from agent.checkpoints import TurnSaver
from agent.graph import AuditGraph
from agent.prompts import prompt, prompts_hash
from agent.state import made_up
from organism import Card, DataSummary
from tools import Affordance, Workbench
from transcripts import Report


@dataclass(frozen=True)
class Investigation:
    """How an audit ended."""

    report: Report | None
    ending: str
    """Why there is no report; empty where there is one."""


async def investigate(brain: Brain, workbench: Workbench, checkpoints: Path, *, context_tokens: int | None = None) -> Investigation:
    """Audit the organism on a workbench; a run with checkpoints goes on from its last one.

    Args:
        brain: decides each turn.
        workbench: over the run's log; finished turns and calls in it are not repeated.
        checkpoints: the run's own SQLite file.
        context_tokens: what the brain can read at once; near that size the older part of the conversation is cut. None: it never is.

    Raises:
        BrainError: the brain cannot answer, and retrying did not help.
    """
    log_brief(workbench)
    config: RunnableConfig = {"configurable": {"thread_id": "audit"}, "recursion_limit": 100_000}
    with TurnSaver.at(checkpoints) as saver:
        graph = AuditGraph(brain, workbench, context_tokens).build().compile(checkpointer=saver)
        saved = await graph.aget_state(config)
        state = saved.values
        if saved.next or not state:  # else a run was killed between its loop's end and its sealing: nothing is left to be asked
            start = None if saved.next else made_up(workbench.log.events)
            state = await graph.ainvoke(start, config, durability="sync")
    return Investigation(report=workbench.report, ending=str(state["ending"]))


def log_brief(workbench: Workbench) -> None:
    """Log what the auditor is told at the start, once."""
    if not any(event.kind == "message" for event in workbench.log.events):
        workbench.log.append("message", {"key": "brief", "text": brief(workbench), "prompts": prompts_hash()})


def instructions(workbench: Workbench) -> str:
    """All that our own auditor is told at the start, as one text for one who is not ours."""
    return f"{prompt('system')}\n\n{brief(workbench)}"


def brief(workbench: Workbench) -> str:
    """What an auditor is told at the start."""
    told = prompt(
        "brief",
        description=workbench.organism.card.description,
        shape=shape(workbench.organism.card),
        extras=" ".join(extras(workbench.organism.card, workbench.granted)),
        tools=", ".join(workbench.tools),
        budget=workbench.budget,
    )
    return f"{workbench.focus}\n\n{told}" if workbench.focus else told


def shape(card: Card) -> str:
    """The size of the model, as far as the card tells."""
    if card.parameters is None:
        return f"It is a black box behind a server: its weights are not here. It has a context of {card.context_length} tokens."
    return f"{card.parameters} parameters, {card.layers} layers, d_model {card.d_model}, context of {card.context_length} tokens."


def extras(card: Card, granted: frozenset[Affordance]) -> list[str]:
    """What the card says of the things that the rules grant."""
    found = []
    if Affordance.DATA in granted:
        parts = ", ".join(f"{item.split} ({item.documents} texts{_tokens(item)})" for item in card.data)
        found.append(f"Training data by split, in the order of training: {parts}.")
    if Affordance.SAE in granted:
        found.append(f"An SAE of {card.d_sae} features reads the residual stream after layer {card.sae_layer}.")
    if Affordance.REFERENCE in granted:
        found.append(f"The reference model is {card.reference}.")
    return found


def _tokens(item: DataSummary) -> str:
    return "" if item.tokens is None else f", {item.tokens} tokens"
