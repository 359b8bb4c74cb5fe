"""JSON data made shorter for a reader: what is left out is counted in its place. It knows no tool."""

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
