"""JSON data made shorter for a reader: what is left out is counted in its place. It knows no tool."""

import json

from pydantic import JsonValue


def shortened(value: JsonValue, *, characters: int, items: int | None = None) -> JsonValue:
    """A copy in which longer texts are cut, and longer lists if `items` is given."""
    if isinstance(value, str):
        return value if len(value) <= characters else f"{value[:characters]}… (+{len(value) - characters} characters)"
    if isinstance(value, list):
        kept = [shortened(item, characters=characters, items=items) for item in value[:items]]
        return kept if len(kept) == len(value) else [*kept, f"… (+{len(value) - len(kept)} more)"]
    if isinstance(value, dict):
        return {key: shortened(item, characters=characters, items=items) for key, item in value.items()}
    return value


def fitted(value: JsonValue, characters: int) -> JsonValue:
    """A copy whose JSON has at most about that many characters: texts and lists are cut further and further, in the end all to one text."""
    short, longest = value, characters
    while longest >= 50:
        if len(json.dumps(short, ensure_ascii=False)) <= characters:
            return short
        short = shortened(value, characters=longest, items=longest // 20)
        longest //= 2
    return shortened(json.dumps(value, ensure_ascii=False), characters=characters)
