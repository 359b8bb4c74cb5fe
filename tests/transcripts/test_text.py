import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from transcripts import inert, visible

HOSTILE = st.lists(
    st.text(max_size=10)
    | st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
    | st.sampled_from(
        ["\x1b[31m", "\x1b]8;;http://evil\x07", "\x1b[2J", "\x9b", "\r", "\u202e", "\u200b", "[bold red]", "[/]", "\\[", ":smile:"]
    ),
    max_size=8,
).map("".join)


def printed(text):
    console = Console(file=io.StringIO(), force_terminal=True, width=100_000, color_system=None, emoji=True, markup=True)
    console.print(text, soft_wrap=True, end="")
    return console.file.getvalue()


@given(HOSTILE)
def test_no_character_that_acts_on_a_terminal_is_left(text):
    assert not [c for c in visible(text) if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]
    assert len(visible(text).splitlines()) == len(text.split("\n")) - (text.endswith("\n") or not text)


@given(HOSTILE)
def test_what_is_printed_is_exactly_what_is_visible(text):
    assert printed(inert(text)) == visible(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "M"], codec="utf-8")))
def test_harmless_text_stays_as_it_is(text):
    assert visible(text) == text


@given(HOSTILE, st.integers(0, 30))
def test_a_limit_says_how_much_is_left_out(text, limit):
    cut = visible(text, limit)
    if len(text) > limit:
        assert cut.endswith(f"… (+{len(text) - limit} characters)")
        assert cut.startswith(visible(text[:limit]))
    else:
        assert cut == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("tab\tbell\x07", "tab\\tbell\\x07"),
        ("\ud800", "\\ud800"),
        ("two\nlines", "two\nlines"),
        ("two\u2028lines", "two\\u2028lines"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
        ("", ""),
    ],
)
def test_escapes_are_written_out(text, shown):
    assert visible(text) == shown
