"""Numbered lists as writers give them."""

import pytest

from organism.foundry.universe.accepting import unfenced, words
from organism.foundry.universe.lists import numbered


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. a\n2. b", ["a", "b"]),
        ("Here you are:\n\n1) a\n\n2) b\n", ["a", "b"]),
        ("**1.** a\n**2.** b", ["a", "b"]),
        ("1. first line\nsecond line\n2. b", ["first line\nsecond line", "b"]),
        ("1. my steps:\n1. x\n3. y\n2. b", ["my steps:\n1. x\n3. y", "b"]),
        ("no list", []),
        ("", []),
        ("1. \n2. b", ["b"]),
    ],
)
def test_numbered(text: str, items: list[str]) -> None:
    assert numbered(text) == items


def test_words_of_any_script() -> None:
    assert words("three plain words") == 3
    assert words("今日は天気がいい") >= 4


def test_a_fence_around_all_is_taken_off() -> None:
    assert unfenced("```markdown\n# Title\ntext\n```") == "# Title\ntext"
    assert unfenced("```\na\n```\nand\n```\nb\n```") == "```\na\n```\nand\n```\nb\n```"
