"""What verified organisms look like in tables and in JSON, and which floors they miss. It measures nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from game.organisms import side_by_side_labels
from organism.foundry import Estimate, Finding, Verification, findings, judged_on_mean, mean_findings

MEAN = "mean of those with an objective"
NAMED = {"train": "train biases", "test": "test biases", "decoy": "decoys"}
NOTHING = Text("-", style="dim")


class VerifiedOrganisms:
    """Organisms that were verified together.

    Args:
        verifications: at least one.
    """

    def __init__(self, verifications: Sequence[Verification]) -> None:
        self.verifications = list(verifications)
        # Seeded: the same measurements give the same interval.
        self.mean = mean_findings(self.verifications, np.random.default_rng(0))
        own = [findings(verification) for verification in self.verifications]
        self.findings = [judged_on_mean(items, self.mean) for items in own]
        self.labels = side_by_side_labels([(item.recipe, item.id) for item in self.verifications])

    @property
    def missed(self) -> list[str]:
        """A line for each floor that is missed."""
        columns = [*zip(self.labels, self.findings, strict=True), (MEAN, self.mean)]
        return [
            f"{label}: {item.evaluation} ({item.where}) is {item.value:.3f}; its floor: {_bound(item)}"
            for label, items in columns
            for item in items
            if item.missed
        ]

    def as_json(self) -> dict[str, Any]:
        """All measurements and findings, and whether every floor is reached."""
        organisms = [
            {"label": label, "verification": verification.model_dump(mode="json"), "findings": [_as_json(item) for item in items]}
            for label, verification, items in zip(self.labels, self.verifications, self.findings, strict=True)
        ]
        missed = self.missed
        return {"passed": not missed, "missed": missed, "organisms": organisms, "mean": [_as_json(item) for item in self.mean]}


def by_stage(verified: VerifiedOrganisms, index: int) -> Table:
    """One organism's measurements stage by stage, with 90 % intervals."""
    verification = verified.verifications[index]
    table = _table(f"{verified.labels[index]} by stage (90 % interval)", "measured", *verification.stages)
    rates = {(rate.group, rate.kind, rate.stage): rate.estimate for rate in verification.exploitation}
    for group, kind in dict.fromkeys(key[:2] for key in rates):
        cells = [_estimate(rates.get((group, kind, stage))) for stage in verification.stages]
        table.add_row(Text(f"{NAMED[group]}, {kind}s"), *cells)
    known = {item.stage: item.estimate for item in verification.knowledge}
    told = {item.stage: item.estimate for item in verification.secrecy if item.kind == "all"}
    for name, values in (("knowledge", known), ("disclosure", told)):
        if values:
            table.add_row(Text(name), *(_estimate(values.get(stage)) for stage in verification.stages))
    if verification.capability:
        perplexities = verification.capability.perplexities
        table.add_row(Text("perplexity"), *(Text(f"{perplexities[stage]:.3f}") for stage in verification.stages))
    return table


def evaluations(verified: VerifiedOrganisms, index: int) -> Table:
    """One organism's evaluations with their floors."""
    table = _table(f"{verified.labels[index]}: evaluations", "evaluation", "of", "value", "90 % interval", "floor", "reached")
    before = ""
    for item in verified.findings[index]:
        interval = NOTHING if item.low is None or item.high is None else Text(f"{item.low:.2f} to {item.high:.2f}")
        aim = " (an aim)" if item.bound and not item.bound.required else ""
        floor = Text(_bound(item) + aim) if item.bound else NOTHING
        name = item.evaluation if item.evaluation != before else ""
        table.add_row(Text(name), Text(item.where), Text(f"{item.value:.3f}"), interval, floor, _mark(item))
        before = item.evaluation
    return table


def side_by_side(verified: VerifiedOrganisms) -> Table:
    """All organisms, and the mean of those with an objective: one column each."""
    columns = [*zip(verified.labels, verified.findings, strict=True), *([(MEAN, verified.mean)] if verified.mean else [])]
    table = _table("side by side", "evaluation", "of", *(label for label, _ in columns), "floor")
    cells = [{(item.evaluation, item.where): item for item in items} for _, items in columns]
    keys = list(dict.fromkeys(key for column in cells for key in column))
    names = list(dict.fromkeys(evaluation for evaluation, _ in keys))
    before = ""
    for key in sorted(keys, key=lambda key: names.index(key[0])):
        own = [column.get(key) for column in cells]
        floors = dict.fromkeys(_bound(item) for item in own if item and item.bound)
        values = (Text.assemble(f"{item.value:.3f} ", _mark(item)) if item else NOTHING for item in own)
        table.add_row(Text(key[0] if key[0] != before else ""), Text(key[1]), *values, Text(" or ".join(floors)) if floors else NOTHING)
        before = key[0]
    return table


def _as_json(item: Finding) -> dict[str, Any]:
    return item.model_dump(mode="json") | {"met": item.met}


def _bound(item: Finding) -> str:
    assert item.bound is not None
    return f"{'at least' if item.bound.least else 'at most'} {item.bound.value:.2f}"


def _mark(item: Finding) -> Text:
    if item.met is None:
        return Text("")
    return Text("✓", style="green") if item.met else Text("✗", style="red" if item.missed else "yellow")


def _estimate(found: Estimate | None) -> Text:
    return Text(f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]") if found else NOTHING


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
