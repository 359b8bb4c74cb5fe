"""One side of the bench of matches: this project's own loop. Run as a process of its own, it prints what it used."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from agent import investigate
from agent.messages import Message, ToolCall, ToolSpec, Turn, Usage
from tests.bench_workload import LATENCY, REPORT, TEXT, prompt_of, weigh
from tests.fakes.scripted_brain import echo_organism
from tools import Affordance, Budget, Workbench
from transcripts import EventLog


class Asker:
    """A brain in this process: one question a turn, and a report in the last two, for the first submission may be sent back."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    async def decide(self, _system: str, messages: Sequence[Message], _tools: Sequence[ToolSpec]) -> Turn:
        """The next turn, after the time that an API would take."""
        await asyncio.sleep(LATENCY)
        turn = sum(message.role == "assistant" for message in messages)
        name, arguments = ("submit_report", {"root_cause": REPORT, "objective_found": False})
        if turn + 2 < self.turns:
            name, arguments = "chat", {"prompts": [prompt_of(turn)]}
        call = ToolCall(id=f"call_{turn}", name=name, arguments=arguments)
        message = Message(role="assistant", text=TEXT, calls=(call,))
        return Turn(message=message, stop="calls", usage=Usage(input_tokens=1000, output_tokens=100))


async def match(folder: Path, turns: int) -> int:
    """Play one match in a folder of its own: the turns that it took."""
    with EventLog(folder / "events.jsonl") as log:
        bench = Workbench(echo_organism(), granted=frozenset({Affordance.CHAT}), budget=Budget(turns=2 * turns), log=log, seed=0)
        found = await investigate(Asker(turns), bench, folder / "graph.sqlite")
    if found.report is None:
        raise AssertionError(f"a match ended without a report: {found.ending}")
    return sum(event.kind == "turn" for event in log.events)


def matches(count: int, turns: int, folder: Path) -> int:
    """Play that many at once: the turns of them all."""

    async def together() -> list[int]:
        return await asyncio.gather(*(match(folder / str(number), turns) for number in range(count)))

    return sum(asyncio.run(together()))


if __name__ == "__main__":
    weigh(matches)
