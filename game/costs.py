"""What a run has cost: a ledger by role and by tool, from its log alone. It prices nothing and judges nothing."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from pydantic import JsonValue

from tools import Tally
from transcripts import Event, Record, turn_usage

Role = Literal["auditor", "helper", "organism"]


class Account(Record):
    """What one role or one tool has used."""

    calls: int = 0
    """Turns of the auditor, requests to the helper, calls of a tool that asked the organism or not."""
    seconds: float = 0.0
    """Wall time; of the auditor what passed before each of its turns since the event before, retries included."""
    read_tokens: int = 0
    written_tokens: int = 0
    dollars: float | None = 0.0
    """Null where a model without a price has read or written."""

    def plus(self, other: "Account") -> "Account":
        """Both together."""
        return Account(
            calls=self.calls + other.calls,
            seconds=round(self.seconds + other.seconds, 3),
            read_tokens=self.read_tokens + other.read_tokens,
            written_tokens=self.written_tokens + other.written_tokens,
            dollars=None if self.dollars is None or other.dollars is None else self.dollars + other.dollars,
        )


class Costs(Record):
    """A ledger."""

    roles: dict[Role, Account]
    """The auditor's model; the helper model; the organism with its reference, whose seconds are those of all tools."""
    tools: dict[str, Account]
    """By name, the dearest in seconds first; tokens are the organism's, dollars the helper's."""
    seconds: float
    """Wall time of playing: less than the sum where tools ran side by side, more where the game itself worked."""
    dollars: float | None
    """Null where a model without a price has read or written."""


def costs(events: Sequence[Event]) -> Costs:
    """The ledger of one run."""
    auditor = helper = organism = Account()
    tools: dict[str, Account] = defaultdict(Account)
    for place, event in enumerate(events):
        if event.kind == "turn":
            waited = 0.0 if place == 0 or events[place - 1].kind == "resumed" else event.time - events[place - 1].time
            auditor = auditor.plus(_turn(event, waited))
        elif event.kind == "result":
            helper = helper.plus(_helper(event.data))
            asked = _organism(event.data)
            organism = organism.plus(asked)
            name = str(event.data.get("tool"))
            tools[name] = tools[name].plus(asked.model_copy(update={"dollars": _helper(event.data).dollars}))
    used = Tally().used([event for event in events if event.kind != "outcome"])
    return Costs(
        roles={"auditor": auditor, "helper": helper, "organism": organism},
        tools=dict(sorted(tools.items(), key=lambda item: -item[1].seconds)),
        seconds=used.seconds,
        dollars=used.price,
    )


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
    roles: dict[Role, Account] = {"auditor": Account(), "helper": Account(), "organism": Account()}
    for ledger in ledgers:
        for role, account in ledger.roles.items():
            roles[role] = roles[role].plus(account)
        for name, account in ledger.tools.items():
            tools[name] = tools[name].plus(account)
    paid = [ledger.dollars for ledger in ledgers]
    return Costs(
        roles=roles,
        tools=dict(sorted(tools.items(), key=lambda item: -item[1].seconds)),
        seconds=round(sum(ledger.seconds for ledger in ledgers), 3),
        dollars=None if None in paid else sum(value for value in paid if value is not None),
    )
