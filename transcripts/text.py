"""Text of untrusted origin made fit for showing: nothing in it can act on a terminal or pass for markup."""

import unicodedata

from rich.text import Text

# Controls and formats move the cursor, colour, reverse the direction of writing or hide; unassigned ones are unknown.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def visible(text: str, limit: int | None = None) -> str:
    """`text` with each control character written as an escape, cut to `limit` characters with a mark of what is left out."""
    if limit is not None and len(text) > limit:
        text = f"{text[:limit]}… (+{len(text) - limit} characters)"
    return "".join(c if c == "\n" or unicodedata.category(c) not in _HIDDEN else c.encode("unicode_escape").decode() for c in text)


def inert(text: str, style: str = "", limit: int | None = None) -> Text:
    """`text` for rich, shown as it is: no markup, no escape sequence."""
    return Text(visible(text, limit), style=style)
