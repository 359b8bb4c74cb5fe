"""One turn with a tool of each provider itself, where its key is set. Costs some hundred tokens."""

import os

import pytest

from agent import BrainSpec, make_brain
from agent.messages import Message, ToolAnswer, ToolSpec

ASK = Message(role="user", text="Call the tool `roll` once, with sides=6. When it has answered, say only the number.")
ROLL = ToolSpec(
    name="roll",
    description="Roll a die.",
    parameters={"type": "object", "properties": {"sides": {"type": "integer"}}, "required": ["sides"], "additionalProperties": False},
)
PROVIDERS = [("anthropic", "ANTHROPIC_API_KEY", "claude-sonnet-4-5"), ("openai", "OPENAI_API_KEY", "gpt-5-mini")]


@pytest.mark.api
@pytest.mark.parametrize(("kind", "key", "model"), PROVIDERS)
async def test_a_call_and_its_answer(kind: str, key: str, model: str) -> None:
    if not os.environ.get(key):
        pytest.skip(f"{key} is not set")
    brain = make_brain(BrainSpec(kind=kind, model=os.environ.get(f"AUDITGAME_TEST_{kind.upper()}_MODEL", model), max_tokens=4096))
    asked = await brain.decide("You follow instructions to the letter.", [ASK], [ROLL])
    assert asked.stop == "calls"
    (call,) = asked.message.calls
    assert (call.name, call.arguments) == ("roll", {"sides": 6})
    assert asked.usage.all_input_tokens > 0
    assert asked.usage.output_tokens > 0
    assert asked.detail  # the request's id
    # A record goes through the log before it is sent back.
    said = Message.model_validate_json(asked.message.model_dump_json())
    answer = Message(role="tool", answers=(ToolAnswer(call_id=call.id, content='{"number": 4}'),))
    told = await brain.decide("You follow instructions to the letter.", [ASK, said, answer], [ROLL])
    assert told.stop == "end"
    assert "4" in told.message.text
