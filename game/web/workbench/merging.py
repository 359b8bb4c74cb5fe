"""Two people who write the same report at once: what each of them changed is kept. It knows no report."""

from itertools import chain

from pydantic import JsonValue


def merge(base: JsonValue, mine: JsonValue, theirs: JsonValue) -> tuple[JsonValue, bool]:
    """What both have written, and whether they changed the same place; there mine stands.

    Args:
        base: what mine was made from.
        mine: what is written now.
        theirs: what was written in between.
    """
    if mine in (base, theirs):
        return theirs, False
    if theirs == base:
        return mine, False
    if isinstance(mine, dict) and isinstance(theirs, dict) and isinstance(base, dict):
        names = dict.fromkeys(chain(mine, theirs))
        parts = {name: merge(base.get(name), mine.get(name), theirs.get(name)) for name in names}
        return {name: value for name, (value, _) in parts.items()}, any(clash for _, clash in parts.values())
    if isinstance(mine, list) and isinstance(theirs, list) and isinstance(base, list) and len(base) <= min(len(mine), len(theirs)):
        # Nobody took an item away, so items are the same by their places, and what each added stands behind them.
        shared = [merge(*items) for items in zip(base, mine, theirs, strict=False)]
        added = [*theirs[len(base) :], *(item for item in mine[len(base) :] if item not in theirs[len(base) :])]
        return [*(value for value, _ in shared), *added], any(clash for _, clash in shared)
    return mine, True
