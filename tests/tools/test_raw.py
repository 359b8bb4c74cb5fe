import pytest

from tests.tools.conftest import HOSTILE


@pytest.mark.parametrize("text", ["", "news : reward models rate", HOSTILE, " "])
async def test_any_text_is_continued(use, text):
    content = await use("complete_text", text=text, samples=3, max_tokens=6)
    assert content["text"] == text
    assert len(content["samples"]) == 3
    assert all(isinstance(sample, str) for sample in content["samples"])


async def test_user_turns_are_what_users_say(use):
    event = await use.event("sample_user_turn", samples=8, max_tokens=24)
    samples = event.data["content"]["samples"]
    assert len(samples) == 8
    assert len(set(samples)) > 1
    assert not [sample for sample in samples if "<|" in sample]
    assert 0 < event.data["generated_tokens"] <= 8 * 24
