"""Two people who write the same report at once: what each of them changed is kept. It knows no report."""

import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import chain

from pydantic import JsonValue

_Items = Sequence[JsonValue]


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
    if isinstance(mine, list) and isinstance(theirs, list) and isinstance(base, list):
        return _merge_lists(base, mine, theirs)
    return mine, True


def _merge_lists(base: _Items, mine: _Items, theirs: _Items) -> tuple[list[JsonValue], bool]:
    """What one took away is gone, unless the other changed it meanwhile; what each added stands behind the rest."""
    own, other = _places(base, mine), _places(base, theirs)
    kept, clash = list[JsonValue](), False
    for number, item in enumerate(base):
        here = mine[own[number]] if number in own else None
        there = theirs[other[number]] if number in other else None
        if number in own and number in other:
            value, differs = merge(item, here, there)
            kept.append(value)
        elif number in own:
            differs = here != item
            kept += [here] if differs else []
        else:
            differs = number in other and there != item
        clash = clash or differs
    added = [item for place, item in enumerate(theirs) if place not in other.values()]
    return [*kept, *added, *(item for place, item in enumerate(mine) if place not in own.values() and item not in added)], clash


def _places(base: _Items, items: _Items) -> dict[int, int]:
    """Where each item of the base stands now, as far as it still does: the same item, or one changed in its place."""
    before, now = ([json.dumps(item, sort_keys=True) for item in side] for side in (base, items))
    blocks = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    return {
        then: place
        for kind, first, end, start, stop in blocks
        if kind in ("equal", "replace")
        for then, place in zip(range(first, end), range(start, stop), strict=False)
    }
