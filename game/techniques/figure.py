"""Draws what techniques found: shares, ranks, and fuzzing by scale, with organism, control and decoy side by side. It measures nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from game.figure_style import GRID, STYLE, series_look
from game.techniques.results import Measurement, Value
from game.techniques.study import TECHNIQUES
from game.techniques.table import Studies

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.3
"""Inches of a row."""
FUZZING = "fuzzing"
NOISE, NAMES, WHOLE = "noise ", "names the evaluator", "coherent"


def draw_figure(studies: Studies, path: Path) -> None:
    """Write the figure as PNG: shares to the left, ranks to the right, fuzzing below them where it was run."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    keys = [key for key in studies.rows if key[0] != FUZZING]
    shares, ranks = _of_unit(studies, keys, "rate"), _of_unit(studies, keys, "rank")
    scales = sorted({_scale(measure) for technique, measure in studies.rows if technique == FUZZING})
    with mpl.rc_context(STYLE):
        tall = max(len(shares), len(ranks), 6)
        figure = Figure(figsize=(14.5, ROW * tall + (3.6 if scales else 1.2)), dpi=140, layout="constrained")
        heights = [ROW * tall, 2.4] if scales else [1.0]
        grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
        _dots(figure.add_subplot(grid[0, 0]), studies, shares, "share (90 % interval)", logarithmic=False)
        _dots(figure.add_subplot(grid[0, 1]), studies, ranks, "rank (1 is best; 90 % interval)", logarithmic=True)
        if scales:
            _fuzzed(figure.add_subplot(grid[1, 0]), studies, scales, NAMES, "share that names")
            _fuzzed(figure.add_subplot(grid[1, 1]), studies, scales, WHOLE, "share coherent")
        handles = _handles(studies)
        figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))
        figure.savefig(path, format="png")


def _of_unit(studies: Studies, keys: list[tuple[str, str]], unit: str) -> list[tuple[str, str]]:
    found = [[row for index in range(len(studies.studies)) if (row := studies.measured(index, key))] for key in keys]
    return [key for key, rows in zip(keys, found, strict=True) if rows[0].unit == unit and any(row.target or row.decoy for row in rows)]


def _dots(panel: "Axes", studies: Studies, keys: list[tuple[str, str]], title: str, *, logarithmic: bool) -> None:
    """A row for each measure: for each organism its value, hollow the decoy's, a cross where a number was published."""
    count = len(studies.studies)
    panel.set_visible(bool(keys))
    for place, key in enumerate(keys):
        rows = [studies.measured(index, key) for index in range(count)]
        for index, row in enumerate(rows):
            if row is not None:
                _dot(panel, index, row, place + 0.5 * ((index + 0.5) / count - 0.5))
        published = next((row.published.value for row in rows if row and row.published and row.published.value is not None), None)
        if published is not None:
            panel.plot([published], [place], marker="x", color="black", markersize=7, linestyle="none", zorder=5)
    if logarithmic:
        panel.set_xscale("log")
        panel.set_xlim(left=0.8)
    else:
        panel.set_xlim(-0.02, 1.02)
    panel.set_yticks(range(len(keys)), [f"{TECHNIQUES[technique].title}: {measure}" for technique, measure in keys], fontsize=7.5)
    panel.set_ylim(len(keys) - 0.5, -0.5)
    panel.set_title(title)
    panel.grid(axis="both", color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)


def _dot(panel: "Axes", index: int, row: Measurement, height: float) -> None:
    look: dict[str, Any] = series_look(index) | {"linestyle": "none"}
    if row.decoy:
        panel.plot([row.decoy.value], [height], **look | {"markerfacecolor": "white", "markersize": 5, "zorder": 3})
    if row.target:
        value: Value = row.target
        if value.low is not None and value.high is not None:
            panel.plot([value.low, value.high], [height, height], color=look["color"], linewidth=1.6, alpha=0.6)
        panel.plot([value.value], [height], **look | {"markersize": 5.5, "zorder": 4})


def _fuzzed(panel: "Axes", studies: Studies, scales: list[float], what: str, label: str) -> None:
    """A line for each organism by the scale of the noise, dashed the decoy's."""
    for index in range(len(studies.studies)):
        rows = [studies.measured(index, (FUZZING, f"{NOISE}{scale:g}: {what}")) for scale in scales]
        places = [place for place, row in enumerate(rows) if row and row.target]
        known = [row.target for row in rows if row and row.target]
        decoys = [row.decoy.value for row in rows if row and row.decoy]
        look = series_look(index)
        panel.fill_between(
            places, [item.low or 0 for item in known], [item.high or 0 for item in known], color=look["color"], alpha=0.15, linewidth=0
        )
        panel.plot(places, [item.value for item in known], **look, markersize=5, linewidth=1.6)
        if len(decoys) == len(places):
            panel.plot(places, decoys, **look, markersize=5, linewidth=1.2, linestyle=(0, (3, 2)), markerfacecolor="white")
    panel.set_xticks(range(len(scales)), [f"{scale:g}" for scale in scales])
    panel.set_xlabel("noise, in median norms of the residual stream")
    panel.set_ylim(bottom=0)
    panel.set_title(f"{TECHNIQUES[FUZZING].title}: {label}")
    panel.grid(axis="y", color=GRID, linewidth=0.7)
    panel.set_axisbelow(True)


def _handles(studies: Studies) -> list[Any]:
    """Entries of the legend."""
    from matplotlib.lines import Line2D

    handles = []
    for index, (label, study) in enumerate(zip(studies.labels, studies.studies, strict=True)):
        look: dict[str, Any] = series_look(index) | {"linestyle": "none"}
        handles.append(Line2D([], [], label=f"{label}: {study.target or 'nobody'}", **look))
        if study.decoy:
            handles.append(Line2D([], [], label=f"{label}: {study.decoy} (decoy)", **look | {"markerfacecolor": "white"}))
    return [*handles, Line2D([], [], label="published", marker="x", color="black", linestyle="none")]


def _scale(measure: str) -> float:
    return float(measure.removeprefix(NOISE).split(":")[0])
