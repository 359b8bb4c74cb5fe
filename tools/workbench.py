"""The tools that one auditor holds on one organism: granted by rules, metered, and every call in the log."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from pydantic import JsonValue, ValidationError

from organism import CannotAnswerError, Organism
from tools.affordances import Affordance
from tools.budget import Budget, Used
from tools.cancelling import Cancelling
from tools.context import Examine, Meter, ToolContext, ToolError, UsedUpError, call_seed
from tools.families import all_tools
from tools.helper import Helper
from tools.ledger import Ledger
from tools.shortening import fitted, shortened
from tools.tally import Tally
from tools.tool import Result, Tool
from transcripts import Event, EventLog, Report, describe, hidden

SUBMIT = "submit_report"
USED_UP = "used_up"
"""Field of an error result that names the limit of the budget that is reached; no other result has it beside `error`."""
MAX_RESULT = 60_000
"""Characters of a result; strings in a longer one are cut to `MAX_STRING`."""
MAX_STRING = 2000
MOST = 4 * MAX_RESULT
"""Characters of a result of very many strings; in a longer one they are cut further, until it fits."""


class Workbench:
    """Runs an auditor's tool calls.

    Args:
        organism: under audit.
        granted: what the rules allow; what the organism cannot serve is taken from it.
        budget: of the match; calls beyond it are answered with an error.
        log: of the run; a call whose result is in it is never run again.
        seed: of the match.
        helper: writes and judges for some tools; None: they do without.
        clock: seconds, for measuring calls.
        focus: what the auditor is asked besides the open question; empty for nothing.
        brought: tools that this match brings with it, beside those that rules grant.
    """

    def __init__(
        self,
        organism: Organism,
        *,
        granted: frozenset[Affordance],
        budget: Budget,
        log: EventLog,
        seed: int,
        helper: Helper | None = None,
        clock: Callable[[], float] = time.monotonic,
        focus: str = "",
        brought: Sequence[Tool] = (),
    ) -> None:
        self.organism, self.budget, self.log, self.seed, self._clock = organism, budget, log, seed, clock
        self._allowed, self._helper, self.focus = granted, helper, focus
        self.granted = frozenset(affordance for affordance in granted if affordance in organism.card.affordances)
        self.tools: dict[str, Tool] = {tool.name: tool for tool in (*all_tools(), *brought) if tool.needs <= self.granted}
        self.ledger = Ledger.from_events(log.events)
        self.examine: Examine | None = None
        """Looks at a report before it stands; None: every report stands."""
        self._tally = Tally()
        self._results = {str(event.data["call"]): event for event in log.events if event.kind == "result"}

    @property
    def used(self) -> Used:
        """What the match has used so far, from the log."""
        return self._tally.used(self.log.events)

    @property
    def report(self) -> Report | None:
        """The report, once submitted."""
        for event in reversed(self.log.events):
            if event.kind == "report":
                return Report.model_validate(event.data)
        return None

    async def call(
        self, call_id: str, name: str, arguments: dict[str, JsonValue], *, who: str = "", cancelling: Cancelling | None = None
    ) -> Event:
        """Run one call and return its result event; a call whose result is logged is answered from the log.

        A failure that the auditor can mend is a result with `error: true`. Any other exception is a bug and goes through.

        Args:
            call_id: tells the calls of a match apart.
            name: of the tool.
            arguments: not checked yet.
            who: of several people who share this workbench; empty where there is only one auditor.
            cancelling: by which the call can be given up; its result then is an error that says so.
        """
        if call_id in self._results:
            return self._results[call_id]
        # A call without a result runs again: nothing is lost with the event, so the disk is waited for once, at the result.
        caller: dict[str, JsonValue] = {"who": who} if who else {}
        self.log.append("call", {"call": call_id, "tool": name, "arguments": arguments, **caller}, synced=False)
        meter, started = Meter(), self._clock()
        try:
            running = self._run(call_id, name, arguments, meter)
            result, error = await (cancelling.run(running) if cancelling else running), False
        except UsedUpError as problem:
            # Told by a field of its own: the words of an error may be an organism's or a client's.
            result, error = {"error": str(problem), USED_UP: problem.limit}, True
        except (ToolError, CannotAnswerError) as problem:
            result, error = {"error": str(problem)}, True
        data: dict[str, JsonValue] = {
            "call": call_id,
            "tool": name,
            "error": error,
            "content": _cut(result),
            "seconds": round(self._clock() - started, 3),
            **asdict(meter),
        }
        event = self._results[call_id] = self.log.append("result", data)
        return event

    def _unserved(self, name: str) -> str:
        """What the organism lacks for a tool that the rules would grant; empty where that is not why it is not here."""
        needs = next((tool.needs for tool in all_tools() if tool.name == name), frozenset())
        lacks = sorted(needs & self._allowed - self.granted)
        return f" (this organism has no {', '.join(lacks)})" if lacks else ""

    async def _run(self, call_id: str, name: str, arguments: dict[str, JsonValue], meter: Meter) -> Result:
        tool = self.tools.get(name)
        if tool is None:
            raise ToolError(f"no tool {name!r} here{self._unserved(name)}; the rules of this match grant: {', '.join(self.tools)}")
        share, limit = self.used.share(self.budget)
        if share >= 1 and tool.needs:
            raise UsedUpError(limit, f"the budget of {limit} is used up: call {SUBMIT} now with what you have")
        try:
            checked = tool.parameters.model_validate(arguments)
        except ValidationError as error:
            raise ToolError(f"arguments of {name}: {describe(error)}") from error
        seed = call_seed(self.seed, call_id)
        context = ToolContext(self.organism, self.granted, self.ledger, self.log, seed, meter, self._helper, self.examine)
        # A call shares its batches with others but not its arguments: nested models stay models, so no dump.
        return await tool.function(context, **{field: getattr(checked, field) for field in tool.parameters.model_fields})


def render_result(event: Event, characters: int | None = None) -> str:
    """A result as a brain reads it: delimited JSON in which the organism's text can forge no delimiter and act on no terminal.

    Args:
        event: the result.
        characters: about how many of it are shown; null for all.
    """
    shown = event.data["content"] if characters is None else fitted(event.data["content"], characters)
    return f'<result event="{event.index}" tool={_escaped(event.data["tool"])}>\n{_escaped(shown)}\n</result>'


def _escaped(value: JsonValue) -> str:
    """JSON in one line that reads back as the same value; what marks or hides is in it as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    escapes = {ord(character): json.dumps(character)[1:-1] for character in set(text) if hidden(character)}
    return text.translate({**escapes, ord("<"): "\\u003c"})


def _cut(result: Result) -> JsonValue:
    """The result, its longest strings cut where it would be too long to read."""
    if len(_escaped(result)) <= MAX_RESULT:
        return result
    characters = MAX_STRING
    cut = shortened(result, characters=characters)
    while len(_escaped(cut)) > MOST and characters > 1:
        characters //= 2
        cut = shortened(result, characters=characters)
    return cut
