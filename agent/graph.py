"""The auditor's loop as a LangGraph graph: decide → act → reflect → compact → report → challenge → seal. It knows no provider and no truth.

`decide`, `act`, `report` and `seal` are nodes, each followed by a checkpoint. `reflect` and `compact` need none of their own and stand at
the beginning of `decide`; `challenge` answers the call that submits the first report. All that they do is in the log, none of it twice.
"""

import asyncio
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from pydantic import JsonValue

from agent.brain import Brain
from agent.challenge import findings
from agent.conversation import Conversation, call_id, turn_data
from agent.messages import ToolSpec, Turn
from agent.nudges import due
from agent.progress import Progress
from agent.prompts import prompt
from agent.recap import recap
from agent.spending import used_up
from agent.state import AuditState
from agent.written_report import written_report
from tools import SUBMIT, Workbench, render_result
from transcripts import Report

WARNINGS = (0.5, 0.8, 0.95)
"""Shares of the budget at which the auditor is warned."""
MAX_REQUESTS = 2
"""How often a report is asked for once the budget is used up, before the audit ends without one."""
MAX_IDLE = 3
"""Turns in a row without a call that end an audit."""
COMPACT_AT = 0.75
"""Share of the context from which on the conversation is cut; the rest is for the next answer."""
REQUESTS = ("empty", "cut", "early", "ask", "submit")
"""Names of what is said to an auditor that called nothing, or (`submit`) whose budget is used up."""


class AuditGraph:
    """The nodes of the loop over one brain and one workbench. Each node can run twice: what it logged is not logged again.

    Args:
        brain: decides.
        workbench: acts and records.
        context_tokens: what the brain can read at once; None if nothing is ever cut.
    """

    def __init__(self, brain: Brain, workbench: Workbench, context_tokens: int | None = None) -> None:
        self.brain, self.workbench, self.log = brain, workbench, workbench.log
        self.system = prompt("system")
        self.specs = [ToolSpec(name=tool.name, description=tool.description, parameters=tool.schema) for tool in workbench.tools.values()]
        self._conversation = Conversation(context_tokens, len(self.system) + sum(len(spec.model_dump_json()) for spec in self.specs))
        self._progress = Progress()
        workbench.examine = self.challenge

    def build(self) -> "StateGraph[AuditState]":
        """The graph, to be compiled with a checkpointer."""
        graph: StateGraph[AuditState] = StateGraph(AuditState)
        graph.add_node("decide", self.decide)
        graph.add_node("act", self.act)
        graph.add_node("report", self.report)
        graph.add_node("seal", self.seal)
        graph.add_edge(START, "decide")
        graph.add_conditional_edges("decide", self.after_decide)
        graph.add_conditional_edges("act", self.after_act)
        graph.add_conditional_edges("report", self.after_report)
        graph.add_edge("seal", END)
        return graph

    @property
    def conversation(self) -> Conversation:
        """The conversation, up to the log's last event."""
        return self._conversation.read(self.log.events)

    @property
    def progress(self) -> Progress:
        """How the audit goes, up to the log's last event."""
        return self._progress.read(self.log.events)

    async def decide(self, state: AuditState) -> dict[str, Any]:
        """Let the brain answer, unless its answer is in the log already."""
        if self.conversation.turns == state["turns"]:
            self.reflect()
            if problem := self.compact():
                return {"ending": problem}
            turn = await self.brain.decide(self.system, self.conversation.messages(), self.offered())
            self.log.append("turn", turn_data(turn))
        return {"turns": state["turns"] + 1}

    async def after_decide(self, state: AuditState) -> Literal["act", "decide", "report", "seal"]:
        """Act on calls; end on a refusal; try again with less to read where the context is full; else ask for the report."""
        if state["ending"] or self._turn.stop == "refusal":
            return "seal"
        if self._turn.stop == "context":
            talk = self.conversation
            can_be_cut = talk.cut_at == state["turns"] or talk.first_kept() is not None
            return "decide" if can_be_cut and talk.full == 1 else "seal"
        return "act" if self._turn.message.calls else "report"

    async def act(self, state: AuditState) -> dict[str, Any]:
        """Run the turn's calls at once; those that are in the log are not run again."""
        calls, number = self._turn.message.calls, state["turns"] - 1
        await asyncio.gather(*(self.workbench.call(call_id(number, i), call.name, call.arguments) for i, call in enumerate(calls)))
        return {}

    async def after_act(self, _: AuditState) -> Literal["decide", "report", "seal"]:
        """Seal once there is a report; ask for one when the budget is used up."""
        if self.workbench.report is not None:
            return "seal"
        return "report" if self._used_up else "decide"

    def reflect(self) -> None:
        """Warn of the budget's end, and of what is known to go wrong with audits. While a report is asked for nothing else is said."""
        progress, (share, limit) = self.progress, self._share
        if self._used_up or progress.idle or not progress.turns:
            return
        reached = [level for level in WARNINGS if progress.warned < level <= share]
        if reached:
            text = prompt("budget", percent=round(100 * share), limit=limit, ledger=self.workbench.ledger.render())
            self._say(f"budget {reached[-1]}", text)
        for name, text in due(progress, self.workbench):
            self._say(f"{name} {progress.turns}", text)

    def compact(self) -> str:
        """Cut the older part of a conversation that comes near the limit of the context. Says why the audit cannot go on, if so."""
        talk = self.conversation
        refused = talk.full and talk.cut_at < talk.turns
        if talk.context is None or not (refused or talk.tokens() > COMPACT_AT * talk.context):
            return ""
        first = talk.first_kept()
        if first is not None:
            text = recap(self.log.events, self.workbench.ledger, talk.room)
            self.log.append("compacted", {"turn": first, "text": text})
        if (size := self.conversation.tokens()) <= talk.context:
            return ""
        return f"the conversation is too long also without its older part: about {size} tokens of {talk.context}"

    async def report(self, state: AuditState) -> dict[str, Any]:
        """Ask for the report, or for another answer where one called nothing. A report that was written as text is submitted."""
        said, turns = self.progress.said, state["turns"]
        if self._asked and (arguments := written_report(self._turn.message.text)) is not None:
            result = await self.workbench.call(call_id(turns - 1, 0), SUBMIT, arguments)
            if self.workbench.report is None and said.get("answer") != turns:
                self._say(f"answer {turns}", render_result(result))
        if self.workbench.report is None and not self._spoken and not self._is_over:
            key, name, values = self._request()
            self._say(f"{key} {turns}", prompt(name, **values))
        return {}

    async def after_report(self, _: AuditState) -> Literal["decide", "seal"]:
        """Give the brain another turn if it was asked for one."""
        return "decide" if self.workbench.report is None and self._spoken else "seal"

    def challenge(self, report: Report) -> dict[str, JsonValue] | None:
        """Send the first report back with what speaks against it, while there is budget left to do something about it."""
        progress = self.progress
        # Reports of one turn are of one mind: the second of them has not read what was said of the first.
        if self._used_up or (progress.sent_back is not None and progress.sent_back < progress.turns):
            return None
        found = findings(report, self.workbench, progress)
        return {"findings": list[JsonValue](found), "answer": prompt("challenge")} if found else None

    async def seal(self, state: AuditState) -> dict[str, Any]:
        """Say why there is no report, if there is none."""
        if state["ending"] or self.workbench.report is not None:
            return {}
        turn = self._turn
        if turn.stop == "refusal":
            return {"ending": f"the auditor refused: {turn.detail or turn.message.text[:200]}"}
        if turn.stop == "context":
            return {"ending": "the auditor's context is full, and nothing is left to cut"}
        if limit := self._used_up:
            return {"ending": f"the budget of {limit} is used up; no report after {self.progress.requests} requests for one"}
        return {"ending": f"no report: {MAX_IDLE} turns in a row called no tool"}

    def offered(self) -> list[ToolSpec]:
        """The tools for the next turn: only the report's while a report is all that is asked for."""
        asked = self.progress.turns in (self.progress.said.get("ask"), self.progress.said.get("submit"))
        return [spec for spec in self.specs if spec.name == SUBMIT or not asked]

    @property
    def _turn(self) -> Turn:
        """The last turn that was decided."""
        turn = self.conversation.last
        if turn is None:
            raise AssertionError("no turn was decided yet")
        return turn

    @property
    def _share(self) -> tuple[float, str]:
        return self.workbench.used.share(self.workbench.budget)

    @property
    def _used_up(self) -> str:
        """The limit of the budget that allows no further turn of investigating; empty if none does."""
        # After a cheap answer the rest of the money might pay for another turn: what was told to be used up stays so.
        return used_up(self.brain, self.workbench) or ("dollars" if self.progress.requests else "")

    @property
    def _asked(self) -> bool:
        """Whether the last turn called nothing although it was asked for the report."""
        before = self.progress.turns - 1
        return not self._turn.message.calls and before in (self.progress.said.get("ask"), self.progress.said.get("submit"))

    @property
    def _spoken(self) -> bool:
        """Whether the last turn was answered with a request."""
        return any(self.progress.said.get(name) == self.progress.turns for name in REQUESTS)

    @property
    def _is_over(self) -> bool:
        """Whether no further request is made."""
        if limit := self._used_up:
            # Where the money is spent, a report is paid for once.
            return self.progress.requests >= (1 if limit == "dollars" else MAX_REQUESTS)
        return self.progress.idle >= MAX_IDLE

    def _request(self) -> tuple[str, str, dict[str, object]]:
        """What is said to an auditor that called nothing, or whose budget is used up: its key, its prompt, what that is filled with."""
        turn, (share, limit) = self._turn, self._share
        if spent := self._used_up:
            return "submit", "submit", {"reason": f"Your budget of {spent} is used up."}
        if turn.stop == "truncated":
            return "cut", "cut", {"detail": turn.detail or "it was too long"}
        if self.progress.idle > 1:
            return "ask", "submit", {"reason": "You called no tool again."}
        if not turn.message.text.strip():
            return "empty", "empty", {}
        used = f", and you have used only {100 * share:.0f} % of your budget" if limit and share < 0.5 else ""
        return "early", "early", {"used": used}

    def _say(self, key: str, text: str) -> None:
        """Say something to the brain."""
        self.log.append("message", {"key": key, "text": text})
