"""The brain that plays a recorded run's turns again: no key, no network. The tool calls are made anew, on the organism of the match."""

from collections.abc import Sequence
from pathlib import Path

from agent.brain import Brain, BrainError, BrainSpec
from agent.messages import Message, ToolSpec, Turn
from transcripts import LogError, RunError, events_so_far, find_run

RUNS = Path("runs")
"""Where a run lies that is named by its id."""


class ReplayBrain:
    """Decides what was decided before, turn by turn, whatever the tools answer now.

    Args:
        name: of the brain, for its errors.
        turns: the recorded ones.
    """

    def __init__(self, name: str, turns: Sequence[Turn]) -> None:
        self._name, self._turns = name, turns

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:  # noqa: ARG002
        """The recorded turn of this place in the conversation; it cost nothing this time.

        Raises:
            BrainError: the recorded turns are used up.
        """
        place = sum(message.role == "assistant" for message in messages)
        if place >= len(self._turns):
            raise BrainError(f"{self._name}: its {len(self._turns)} recorded turns are used up, and the audit is not over")
        turn = self._turns[place]
        # A provider's own form is bound to the answers that it was given then.
        message = turn.message.model_copy(update={"native": None})
        return Turn(message=message, stop=turn.stop, detail=turn.detail)


def make_replay(spec: BrainSpec) -> Brain:
    """Make the brain `replay:<run>`: the run's folder, or its id where it lies under `runs`.

    Raises:
        BrainError: no such run, its log is corrupted, or it holds no turn.
    """
    # `last` would be another run as soon as this one is begun.
    if spec.model in ("", "last"):
        raise BrainError("this brain needs a run by its id or folder: replay:<run>")
    try:
        log = find_run(spec.model, RUNS).events
        events = events_so_far(log)
    except (RunError, LogError) as error:
        raise BrainError(f"{spec}: {error}") from error
    turns = [Turn.model_validate(event.data["turn"]) for event in events if event.kind == "turn"]
    # A turn for which the conversation was too long is no message of it.
    turns = [turn for turn in turns if turn.stop != "context"]
    if not turns:
        raise BrainError(f"{spec}: no turn to play again; a client played it, or it stopped before the first")
    return ReplayBrain(str(spec), turns)
