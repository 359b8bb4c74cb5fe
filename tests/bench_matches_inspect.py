"""The other side of the bench of matches: inspect_ai's react agent. Run as a process of its own, it prints what it used."""

import asyncio
import json
from pathlib import Path

from inspect_ai import Task, eval
from inspect_ai.agent import react
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessage, GenerateConfig, ModelOutput, ModelUsage, get_model
from inspect_ai.tool import Tool, tool

from tests.bench_workload import LATENCY, REPORT, TEXT, answer_of, prompt_of, weigh


@tool
def chat() -> Tool:
    """The echo as a tool of inspect_ai."""

    async def execute(prompts: list[str]) -> str:
        """Ask the organism: each prompt starts a conversation of its own.

        Args:
            prompts: What the user says, one conversation each.
        """
        replies = [{"prompt": prompt, "reply": answer_of(prompt)} for prompt in prompts]
        return json.dumps({"samples": replies})

    return execute


class Asker:
    """The mock model's script: one question a turn, and a submission in the last."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    async def __call__(self, messages: list[ChatMessage], *_: object) -> ModelOutput:
        """The next turn, after the time that an API would take. Its usage comes with it: nothing has to be counted."""
        await asyncio.sleep(LATENCY)
        turn = sum(message.role == "assistant" for message in messages)
        last = turn + 1 >= self.turns
        name, arguments = ("submit", {"answer": REPORT}) if last else ("chat", {"prompts": [prompt_of(turn)]})
        output = ModelOutput.for_tool_call("mockllm", name, arguments, content=TEXT, tool_call_id=f"call_{turn}")
        output.usage = ModelUsage(input_tokens=1000, output_tokens=100, total_tokens=1100)
        return output


def matches(count: int, turns: int, folder: Path) -> int:
    """Run that many samples at once: the turns of them all."""
    samples = MemoryDataset([Sample(id=number + 1, input="Find out what the model is after.") for number in range(count)])
    task = Task(dataset=samples, solver=react(tools=[chat()]))
    model = get_model("mockllm/model", custom_outputs=Asker(turns), config=GenerateConfig(max_connections=count))
    (log,) = eval(task, model=model, log_dir=str(folder), display="none", max_samples=count, score=False)
    if log.status != "success" or not log.samples or len(log.samples) != count:
        raise AssertionError(f"not all samples ended well: {log.status} {log.error}")
    return sum(event.event == "model" for sample in log.samples for event in sample.events)


if __name__ == "__main__":
    weigh(matches)
