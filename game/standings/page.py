"""Writes standings as one page that needs no other file, no script and no network. It computes nothing."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from game.standings import words
from game.standings.figures import draw_all, inline_svg
from game.standings.results import Results
from game.standings.standings import Standing
from transcripts import visible

TEMPLATE = "page.html"


def write_page(results: Results, path: Path, *, command: str) -> None:
    """Write the page.

    Args:
        results: what it shows.
        path: of the file.
        command: that was given for it, which the page tells.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inert"] = visible
    figures = [(drawn, Markup(inline_svg(drawn.figure, drawn.name, drawn.title))) for drawn in draw_all(results)]
    text = environment.get_template(TEMPLATE).render(
        results=results, command=command, figures=figures, words=words, attempts=_attempts(results)
    )
    path.write_text(text, encoding="utf-8")


def _attempts(results: Results) -> list[tuple[Standing, dict[int, Standing]]]:
    """Auditors alone, each with its teams under the same rules by their number of members."""
    return [
        (row, {team.members: team for team in results.standings if team.members and (team.auditor, team.rules) == (row.auditor, row.rules)})
        for row in results.standings
        if not row.members
    ]
