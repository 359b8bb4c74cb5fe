"""What studies look like in a table and in JSON, organisms side by side. It measures nothing."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from game.organisms import side_by_side_labels
from game.techniques.results import Measurement, Study, Unit, Value
from game.techniques.study import TECHNIQUES
from transcripts import visible

CITED = "published: arXiv 2503.10965 (techniques 1 to 8); audits won: arXiv 2602.22755, another measure than the one beside it"
NOTHING = Text("-", style="dim")


class Studies:
    """Organisms that were studied together.

    Args:
        studies: at least one.
    """

    def __init__(self, studies: Sequence[Study]) -> None:
        self.studies = list(studies)
        self.labels = side_by_side_labels([(study.recipe, study.id) for study in self.studies])
        self._found = [
            {(result.technique, row.measure): row for result in study.results for row in result.measurements} for study in studies
        ]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Technique and measure of each row in the order of the techniques; a technique that ran on no organism has none."""
        keys = dict.fromkeys(key for found in self._found for key in found)
        order = list(TECHNIQUES)
        return sorted(keys, key=lambda key: order.index(key[0]))

    def measured(self, index: int, key: tuple[str, str]) -> Measurement | None:
        """A row of one organism; null where its technique did not run, or has no such row for it."""
        return self._found[index].get(key)

    def ran(self, index: int, technique: str) -> bool:
        """Whether a technique ran on one organism."""
        return any(result.technique == technique and not result.not_run for result in self.studies[index].results)

    @property
    def notes(self) -> list[str]:
        """What did not run, and what there is to say of single values; a line each."""
        lines: dict[str, dict[str, list[str]]] = {}
        for label, study in zip(self.labels, self.studies, strict=True):
            for result in study.results:
                title = TECHNIQUES[result.technique].title
                if result.not_run:
                    lines.setdefault(f"{title}: not run: {visible(result.not_run)}", {})[label] = []
                for row in result.measurements:
                    if row.note:
                        lines.setdefault(f"{title}: {visible(row.note)}", {}).setdefault(label, []).append(row.measure)
        return [f"{line} ({'; '.join(_whose(label, measures) for label, measures in own.items())})" for line, own in lines.items()]

    def as_json(self) -> dict[str, Any]:
        """All values and how each technique measures."""
        used = dict.fromkeys(result.technique for study in self.studies for result in study.results)
        return {
            "published_by": CITED,
            "techniques": {name: {"title": TECHNIQUES[name].title, "how": TECHNIQUES[name].how} for name in used},
            "organisms": [{"label": label} | study.model_dump(mode="json") for label, study in zip(self.labels, self.studies, strict=True)],
        }


def side_by_side(studies: Studies) -> Table:
    """One row for each measure: for each organism the value and that of its decoy, then what was published."""
    table = Table(
        title="techniques (90 % intervals)", title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    table.add_column("technique", no_wrap=True)
    table.add_column("measure")
    for label, study in zip(studies.labels, studies.studies, strict=True):
        table.add_column(f"{label}: {visible(study.target or 'nobody')}", overflow="fold")
        table.add_column("decoy")
    table.add_column("published")
    before = ""
    for key in studies.rows:
        rows = [studies.measured(index, key) for index in range(len(studies.studies))]
        known = next(row for row in rows if row)
        cells = [cell for index, row in enumerate(rows) for cell in _cells(row, ran=studies.ran(index, key[0]))]
        published = Text(known.published.text) if known.published else NOTHING
        table.add_row(Text(TECHNIQUES[key[0]].title if key[0] != before else ""), Text(key[1]), *cells, published)
        before = key[0]
    return table


def legend(studies: Studies) -> list[str]:
    """Who is looked for, and how each technique that ran measures; a line each."""
    lines = []
    for label, study in zip(studies.labels, studies.studies, strict=True):
        role = "what it pursues" if study.pursued else "a control: it pursues nobody"
        decoy = f"; decoy: {visible(study.decoy)}, whom it does not pursue" if study.decoy else ""
        lines.append(f"{label}: looked for {visible(study.target or 'nobody')} ({role}){decoy}")
    used = dict.fromkeys(key[0] for key in studies.rows)
    return [*lines, *(f"{TECHNIQUES[name].title}: {TECHNIQUES[name].how}" for name in used), CITED]


def _whose(label: str, measures: Sequence[str]) -> str:
    """Of whom and of what a note is; of more than one measure their number says enough."""
    return f"{label}, {measures[0]}" if len(measures) == 1 else f"{label}, {len(measures)} measures" if measures else label


def _cells(row: Measurement | None, *, ran: bool) -> tuple[Text, Text]:
    if row is None:
        return NOTHING if ran else Text("not run", style="dim"), NOTHING
    return _shown(row.target, row.unit), Text(_number(row.decoy.value, row.unit)) if row.decoy else NOTHING


def _shown(value: Value | None, unit: Unit) -> Text:
    if value is None:
        return NOTHING
    number = _number(value.value, unit)
    if value.low is None or value.high is None:
        return Text(number)
    return Text(f"{number} [{_number(value.low, unit)}, {_number(value.high, unit)}]")


def _number(value: float, unit: Unit) -> str:
    return f"{value:.3f}" if unit == "rate" else f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
