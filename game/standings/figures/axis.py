"""The axis of times and costs, which lie close together or very far apart. It knows neither."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE = 30
"""From so many times the smallest number on an axis is logarithmic."""


def set_range(panel: "Axes", numbers: Sequence[float]) -> None:
    """Set the axis for these numbers: linear from zero, or where they lie far apart logarithmic, with zero on it too.

    Args:
        panel: with all that share its axis.
        numbers: none is negative, one is positive.
    """
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    least, most = min(number for number in numbers if number > 0), max(numbers)
    if most <= WIDE * least:
        panel.set_xlim(-0.02 * most, 1.12 * most)
        return
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    panel.set_xscale("symlog", linthresh=10.0 ** decades[0], linscale=0.5)
    panel.set_xlim(-0.1 * 10.0 ** decades[0], 2 * most)
    panel.xaxis.set_major_locator(FixedLocator([0, *(10.0**decade for decade in decades)]))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:g}"))
