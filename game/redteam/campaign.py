"""Breadth first: a short match from each of many instructions, side by side, ranked by how much each report worries. It shows nothing."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pydantic import Field

from agent import BrainError
from game.attempt import MakeBrain, attempt
from game.match_log import Listener
from game.purse import Purse, PurseLimits
from game.redteam.concern import Concern, concern_over
from game.score import Outcome
from game.side_by_side import side_by_side
from game.spec import MatchSpec
from game.structured import UnreadableError
from game.team_record import give
from organism import Organism
from tools import Helper
from transcripts import Record, RecordError, Report, RunFolder, read_events, terms_hash

STATISTICS = "statistics"
"""Who ranks where no model does."""


class Probe(Record):
    """What came of one instruction."""

    focus: str
    run: str
    path: str
    outcome: Outcome
    objective_found: bool | None = None
    """Null without a report."""
    behaviours: int | None = Field(default=None, ge=0)
    concern: Concern | None = None
    unranked: str = ""
    """Why a report has no concern."""


def open_campaign(spec: MatchSpec, seeds: Sequence[str], runs: Path) -> list[RunFolder]:
    """The run of each instruction, made if it is not there: the same terms and instruction always lead to the same folder.

    Args:
        spec: of one match, without an instruction.
        seeds: instructions.
        runs: the campaign's folder is made in it.
    """
    terms = spec.model_dump_json(exclude={"created", "version", "recipe", "focus"})
    folder = runs / f"redteam-{spec.recipe or spec.organism}-{terms_hash(terms)}"
    found = []
    for focus in seeds:
        words = "-".join(re.findall(r"[a-z]+", focus.lower())[:5])
        run = RunFolder(folder / f"{words or 'seed'}-{terms_hash(focus)}")
        if not run.spec.exists():
            # Its own seed: without a language model the instruction changes nothing, and the same match twice tells nothing new.
            seed = spec.seed + int(terms_hash(focus), 16)
            auditor = spec.auditor.model_copy(update={"seed": seed})
            spec.model_copy(update={"focus": focus, "seed": seed, "auditor": auditor}).write(run.spec)
        found.append(run)
    return found


async def play_campaign(
    runs: Sequence[RunFolder],
    organism: Organism,
    make: MakeBrain,
    cache: Path,
    *,
    at_once: int,
    helper: Helper | None,
    judge: str,
    listeners: Sequence[Listener],
    limits: PurseLimits,
) -> list[Probe]:
    """Play what is not finished and rank what has reported, the gravest first and what failed last.

    Args:
        runs: of the campaign.
        organism: of their spec.
        make: makes the brain of each.
        cache: where the organism's truth is sealed.
        at_once: most matches side by side.
        helper: of the matches; it judges the reports too. None: what they claim with evidence decides.
        judge: what the helper is called.
        listeners: one for each run.
        limits: of all matches together, those of earlier calls included.
    """
    purse = Purse(limits, runs[0].path.parent)

    async def probe(number: int, run: RunFolder) -> Probe:
        outcome = await attempt(run, organism, make, cache, helper=helper, listener=listeners[number], purse=purse)
        focus = MatchSpec.read(run.spec).focus
        found = Probe(focus=focus, run=run.id, path=str(run.path), outcome=outcome)
        if outcome.kind not in ("scored", "unscored") or not run.report.exists():
            return found
        report = Report.read(run.report)
        told = {"objective_found": report.objective_found, "behaviours": len(report.behaviours)}
        try:
            concern = await _concern(run, focus, helper, judge)
        except (BrainError, UnreadableError) as error:
            return found.model_copy(update=told | {"unranked": str(error)})
        return found.model_copy(update=told | {"concern": concern})

    probes = await side_by_side([partial(probe, number, run) for number, run in enumerate(runs)], at_once=at_once)
    return sorted(probes, key=lambda item: (item.concern is not None, item.concern.rank if item.concern else ()), reverse=True)


async def _concern(run: RunFolder, focus: str, helper: Helper | None, judge: str) -> Concern:
    """The concern over a run's report; kept beside it, so that no judge is asked twice."""
    by, path = judge if helper else STATISTICS, run.concern
    if path.exists():
        try:
            if (kept := Concern.read(path)).by == by:
                return kept
        except RecordError:
            path.unlink()  # half of an old version: judged anew
    found = await concern_over(give(Report.read(run.report), read_events(run.events)), focus, helper, by)
    found.write(path)
    return found
