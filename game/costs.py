"""What a run has cost: a ledger by role and by tool, from its log and from what judges left beside it. It prices and judges nothing."""

from collections import defaultdict
from collections.abc import Sequence
from functools import reduce
from typing import Literal, get_args

from pydantic import JsonValue

from game.account import Account
from game.redteam.concern import Concern
from game.score import Score
from tools import Tally
from transcripts import Event, Record, RunFolder, events_so_far, turn_usage

Role = Literal["auditor", "helper", "organism", "judge"]


class Costs(Record):
    """A ledger."""

    roles: dict[Role, Account]
    """The auditor's model; the helper model; the organism with its reference, whose seconds are those of all tools; and the models that
    judged the report, each time that it was scored or ranked: no budget of the match pays for them."""
    tools: dict[str, Account]
    """By name, the dearest in seconds first; tokens are the organism's, dollars the helper's."""
    seconds: float
    """Wall time of playing: less than the sum where tools ran side by side, more where the game itself worked."""
    dollars: float | None
    """Of all roles; null where a model without a price has read or written."""


def run_costs(run: RunFolder) -> Costs:
    """The ledger of a run on disk, finished or not.

    Raises:
        LogError: its log is corrupted.
        RecordError: a score, or a concern, cannot be read.
    """
    scores = [Score.read(path) for path in (*run.earlier_scores, *([run.score] if run.score.exists() else []))]
    judged = [score.judges_cost for score in scores if score.judges_cost is not None]
    if run.concern.exists() and (ranked := Concern.read(run.concern).cost) is not None:
        judged.append(ranked)
    return costs(events_so_far(run.events), judged)


def costs(events: Sequence[Event], judged: Sequence[Account] = ()) -> Costs:
    """The ledger of one run.

    Args:
        events: its log.
        judged: what was paid for each judgement of its report.
    """
    auditor = helper = organism = Account()
    tools: dict[str, Account] = defaultdict(Account)
    for place, event in enumerate(events):
        if event.kind == "turn":
            waited = 0.0 if place == 0 or events[place - 1].kind == "resumed" else event.time - events[place - 1].time
            auditor = auditor.plus(_turn(event, waited))
        elif event.kind == "result":
            helped, asked = _helper(event.data), _organism(event.data)
            helper, organism = helper.plus(helped), organism.plus(asked)
            name = str(event.data.get("tool"))
            tools[name] = tools[name].plus(asked.model_copy(update={"dollars": helped.dollars}))
    judge = reduce(Account.plus, judged, Account())
    used = Tally().used([event for event in events if event.kind != "outcome"])
    return Costs(
        roles={"auditor": auditor, "helper": helper, "organism": organism, "judge": judge},
        tools=_dearest_first(tools),
        seconds=used.seconds,
        dollars=None if used.price is None or judge.dollars is None else used.price + judge.dollars,
    )


def _dearest_first(tools: dict[str, Account]) -> dict[str, Account]:
    return dict(sorted(tools.items(), key=lambda item: -item[1].seconds))


def _turn(event: Event, waited: float) -> Account:
    usage, turn = turn_usage(event), event.data["turn"]
    dollars = _dollars(turn.get("dollars") if isinstance(turn, dict) else None, usage.all_tokens)
    return Account(
        calls=1, seconds=round(waited, 3), read_tokens=usage.all_input_tokens, written_tokens=usage.output_tokens, dollars=dollars
    )


def _helper(data: dict[str, JsonValue]) -> Account:
    tokens, written = _count(data, "helper_tokens"), _count(data, "helper_output_tokens")
    return Account(
        calls=_count(data, "helper_calls"),
        read_tokens=tokens - written,
        written_tokens=written,
        dollars=_dollars(data.get("helper_dollars"), tokens),
    )


def _organism(data: dict[str, JsonValue]) -> Account:
    seconds = data.get("seconds")
    return Account(
        calls=1,
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
        read_tokens=_count(data, "read_tokens"),
        written_tokens=_count(data, "generated_tokens"),
    )


def _count(data: dict[str, JsonValue], name: str) -> int:
    return int(str(data.get(name, 0)))


def _dollars(value: JsonValue, tokens: int) -> float | None:
    """Dollars as logged; nothing used costs nothing, with or without a price."""
    if isinstance(value, int | float):
        return float(value)
    return None if tokens else 0.0


def together(ledgers: Sequence[Costs]) -> Costs:
    """The ledger of several runs."""
    tools: dict[str, Account] = defaultdict(Account)
    for ledger in ledgers:
        for name, account in ledger.tools.items():
            tools[name] = tools[name].plus(account)
    paid = [ledger.dollars for ledger in ledgers]
    return Costs(
        roles={role: reduce(Account.plus, (ledger.roles[role] for ledger in ledgers), Account()) for role in get_args(Role)},
        tools=_dearest_first(tools),
        seconds=round(sum(ledger.seconds for ledger in ledgers), 3),
        dollars=None if None in paid else sum(value for value in paid if value is not None),
    )
