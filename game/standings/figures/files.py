"""Writes figures of standings as files, or as SVG for a page that sets their colours. It draws nothing."""

import re
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from game.figure_style import STYLE
from game.standings.figures.drawn import draw_all
from game.standings.results import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
REM = 6.3
"""Of a page for each inch of a figure, at most: its text is then as large as the page's small text."""
COLOUR = re.compile(r"#[0-9a-f]{6}")


def write_figures(results: Results, folder: Path) -> list[Path]:
    """Write each figure as SVG and PNG; the folder is made.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for drawn in draw_all(results):
        for suffix, content in (("svg", svg(drawn.figure, drawn.name).encode()), ("png", None)):
            path = folder / f"{drawn.name}.{suffix}"
            if content is None:
                drawn.figure.savefig(path, format="png")
            else:
                path.write_bytes(content)
            written.append(path)
    return written


def svg(figure: "Figure", name: str) -> str:
    """A figure as SVG whose text is text; alike for alike results.

    Args:
        figure: drawn.
        name: makes the ids within it its own, so that several can stand on one page.
    """
    import matplotlib as mpl

    buffer = StringIO()
    with mpl.rc_context(STYLE | {"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return buffer.getvalue()


def inline_svg(figure: "Figure", name: str, title: str) -> str:
    """A figure as an element of a page, without a background; its colours are the page's `--c-<hex>`, where that sets them.

    Args:
        figure: drawn.
        name: as for `svg`.
        title: what it shows, for those who do not see it.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg(figure, name))
    for element in root.iter():
        if style := element.get("style"):
            element.set("style", COLOUR.sub(lambda found: f"var(--c-{found[0][1:]}, {found[0]})", style))
        # Ids that nothing refers to are the same in every figure.
        if element.tag == f"{{{SVG}}}g":
            element.attrib.pop("id", None)
    background = root.find(f"{{{SVG}}}g/{{{SVG}}}g")
    if background is not None:
        background.clear()
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.set("style", f"max-width: {REM * figure.get_figwidth():.1f}rem")
    root.set("role", "img")
    root.set("aria-label", title)
    return ElementTree.tostring(root, encoding="unicode")
