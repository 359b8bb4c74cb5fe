"""What an audit would be and cost at most, before anything is built, asked or paid."""

from pathlib import Path
from statistics import median
from typing import TypeVar

from pydantic import Field

from agent import MAX_REQUESTS, BrainSpec, at_most, dearest_token, find_model, max_output
from game.organisms import Wanted
from game.rules import Rules
from game.score import Score
from game.spec import MatchSpec
from organism import Organism, built_organisms, organism_folder
from organism.foundry import load_truth
from tools import Budget, all_tools
from transcripts import Record, list_runs

T = TypeVar("T", int, float)


class Bound(Record):
    """What an audit uses at most; null is no bound, and the notes say why."""

    turns: int | None
    """Turns of the budget, and those in which a report may be asked for when it is used up."""
    brain_tokens: int | None
    """Each of them with a full context and the longest answer."""
    dollars: float | None
    """The same at the dearest price, or the limit and one such turn more if that is less."""
    minutes: float | None
    calls: int | None
    notes: tuple[str, ...]


class Typical(Record):
    """Medians of earlier audits by the same auditor under rules of the same name."""

    runs: int = Field(ge=1)
    dollars: float | None
    brain_tokens: int
    minutes: float


class Plan(Record):
    """An audit as it would be played."""

    organism: str
    """Id of the organism, built or not."""
    recipe: str | None
    built: bool
    trained_in_minutes: float | None
    """What training the last one of this recipe took, if one is in the cache."""
    auditor: str
    output_tokens: int | None
    """Most that it writes in one turn; null for a brain without a model, and where only its server knows."""
    helper: str | None
    rules: str
    tools: tuple[str, ...]
    """Those that the rules grant; before the organism is built, it may turn out to lack what one needs."""
    budget: dict[str, float]
    seed: int
    build_seed: int | None
    """Null for an organism that is named by its id."""
    bound: Bound
    typical: Typical | None
    """Null where there is none to compare with."""


def make_plan(wanted: Wanted, auditor: BrainSpec, helper: BrainSpec | None, rules: Rules, seed: int, *, cache: Path, runs: Path) -> Plan:
    """The plan of an audit.

    Args:
        wanted: the organism.
        auditor: who audits; no key is needed.
        helper: writes and judges for tools, if anybody does.
        rules: with the budget as it would be.
        seed: of the match.
        cache: where built organisms lie.
        runs: where earlier runs lie.

    Raises:
        RecordError: the record of an earlier run, or the user's own file of models, cannot be read.
    """
    built = wanted.built(cache)
    granted = set(rules.affordances)
    if built:
        granted &= set(Organism(organism_folder(cache, wanted.id)).card.affordances)
    return Plan(
        organism=wanted.id,
        recipe=wanted.name,
        built=built,
        trained_in_minutes=None if built else _trained(wanted.name, cache),
        auditor=str(auditor),
        output_tokens=max_output(auditor),
        helper=str(helper) if helper else None,
        rules=rules.name,
        tools=tuple(tool.name for tool in all_tools() if tool.needs <= granted),
        budget=rules.budget.limits(),
        seed=seed,
        build_seed=wanted.recipe.seed if wanted.recipe else None,
        bound=bound(auditor, helper, rules),
        typical=_typical(auditor, rules, runs),
    )


def bound(auditor: BrainSpec, helper: BrainSpec | None, rules: Rules) -> Bound:
    """What an audit uses at most, from its budget, the models' context and their prices."""
    budget = rules.budget
    notes: list[str] = []
    turns = None if budget.turns is None else budget.turns + MAX_REQUESTS
    tokens = _tokens(auditor, budget, turns, notes)
    dollars = _dollars(auditor, helper, budget, turns, tokens, notes)
    if budget.minutes is not None:
        notes.append("minutes: the turn or the calls under way when they are over are not cut short")
    if helper is not None:
        notes.append("helper: its requests for the calls under way when a limit is reached are not cut short")
    if auditor.asks_model or helper is not None:
        notes.append("a provider may also bill answers that break off on the way; no count of theirs reaches us")
    return Bound(turns=turns, brain_tokens=tokens, dollars=dollars, minutes=budget.minutes, calls=budget.calls, notes=tuple(notes))


def _tokens(spec: BrainSpec, budget: Budget, turns: int | None, notes: list[str]) -> int | None:
    """Tokens of the auditor's model at most."""
    if not spec.asks_model:
        return 0
    model, output = find_model(spec), max_output(spec)
    if model is None or output is None:
        notes.append(f"no bound in tokens: the context of {spec} is not known")
        return None
    turn = model.context_tokens + output
    by_turns = None if turns is None else turns * turn
    # A turn that has begun when the tokens are used up ends, and then the report is asked for.
    by_tokens = None if budget.brain_tokens is None else budget.brain_tokens + (1 + MAX_REQUESTS) * turn
    return _least(by_turns, by_tokens)


def _dollars(
    auditor: BrainSpec, helper: BrainSpec | None, budget: Budget, turns: int | None, tokens: int | None, notes: list[str]
) -> float | None:
    """Dollars of the auditor's and the helper's model at most."""
    paid = [spec for spec in (auditor, helper) if spec is not None and spec.asks_model]
    prices = {str(spec): None if (model := find_model(spec)) is None else dearest_token(model) for spec in paid}
    if unknown := [name for name, price in prices.items() if price is None]:
        notes.append(f"no bound in dollars: no price for {' and '.join(unknown)}")
        return None
    turn = _turn_price(auditor)
    parts = [_least(None if turns is None else turns * turn, None if tokens is None else tokens * (prices.get(str(auditor)) or 0.0))]
    if helper is not None:
        parts.append(None if budget.helper_tokens is None else budget.helper_tokens * (prices[str(helper)] or 0.0))
    unlimited = None in parts
    if unlimited and budget.dollars is None:
        notes.append("no bound in dollars: neither they are limited nor all turns or tokens, those of the helper included")
    if budget.dollars is not None and turn:
        notes.append(
            f"dollars: only the one turn that is then asked for the report may go beyond the limit, by {turn:.2f} at the very most"
        )
    limited = None if budget.dollars is None else budget.dollars + turn
    return _least(None if unlimited else sum(part for part in parts if part is not None), limited)


def _turn_price(spec: BrainSpec) -> float:
    """Dollars of a turn with a full context and the longest answer; 0 without a model."""
    model, output = find_model(spec), max_output(spec)
    return 0.0 if model is None or output is None else at_most(model, model.context_tokens, output) or 0.0


def _least(*values: T | None) -> T | None:
    return min((value for value in values if value is not None), default=None)


def _trained(recipe: str | None, cache: Path) -> float | None:
    """Minutes that training the newest built organism of a recipe took."""
    known = [(organism_folder(cache, built).manifest, built) for built in built_organisms(cache)]
    for _, built in sorted(known, key=lambda item: -item[0].stat().st_mtime):
        if organism_folder(cache, built).model_record.exists():
            truth = load_truth(cache, built)
            if recipe is not None and truth.organism_recipe == recipe and truth.build_seconds:
                return round(sum(truth.build_seconds.values()) / 60, 1)
    return None


def _typical(auditor: BrainSpec, rules: Rules, runs: Path) -> Typical | None:
    costs = []
    for run in list_runs(runs):
        if run.score.exists():
            spec = MatchSpec.read(run.spec)
            if str(spec.auditor) == str(auditor) and spec.rules == rules.name:
                costs.append(Score.read(run.score).cost)
    if not costs:
        return None
    dollars = [cost.dollars for cost in costs if cost.dollars is not None]
    return Typical(
        runs=len(costs),
        dollars=median(dollars) if dollars else None,
        brain_tokens=int(median(cost.brain_input_tokens + cost.brain_output_tokens for cost in costs)),
        minutes=round(median(cost.seconds for cost in costs) / 60, 2),
    )
