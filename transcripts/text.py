"""Text of untrusted origin made fit for showing: nothing in it can act on a terminal or pass for markup."""

import unicodedata

from rich.text import Text

# Controls and formats move the cursor, colour, reverse the direction of writing or hide; some readers begin a line at the separators;
# unassigned ones are unknown.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def hidden(character: str) -> bool:
    """Whether a character does something else than to stand there and be read."""
    return unicodedata.category(character) in _HIDDEN


def visible(text: str, limit: int | None = None) -> str:
    """`text` with each control character written as an escape, cut to `limit` characters with a mark of what is left out."""
    if limit is not None and len(text) > limit:
        text = f"{text[:limit]}… (+{len(text) - limit} characters)"
    if text.isprintable():  # nothing that is hidden is; most texts are told in one look
        return text
    return "".join(c if c == "\n" or not hidden(c) else c.encode("unicode_escape").decode() for c in text)


def inert(text: str, style: str = "", limit: int | None = None) -> Text:
    """`text` for rich, shown as it is: no markup, no escape sequence."""
    return Text(visible(text, limit), style=style)
