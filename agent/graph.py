"""The auditor's loop as a LangGraph graph: decide → act → reflect → … → report → seal. It knows no provider and no truth."""

import asyncio
from typing import Any, Literal

from langgraph.graph import END, START, StateGraph

from agent.brain import Brain
from agent.conversation import call_id, conversation, logged_turns, turn_data
from agent.messages import ToolSpec, Turn
from agent.prompts import prompt
from agent.spending import used_up
from agent.state import AuditState
from tools import Workbench

REFLECT_EVERY = 8
"""Turns without a change of the ledger after which the auditor is asked to reflect."""
WARNINGS = (0.5, 0.8, 0.95)
"""Shares of the budget at which the auditor is warned."""
MAX_NUDGES = 2
"""How often a report is asked for before the audit ends without one."""


class AuditGraph:
    """The nodes of the loop over one brain and one workbench. Each node can run twice: what it logged is not logged again.

    Args:
        brain: decides.
        workbench: acts and records.
    """

    def __init__(self, brain: Brain, workbench: Workbench) -> None:
        self.brain, self.workbench, self.log = brain, workbench, workbench.log
        self.system = prompt("system")
        self.specs = [
            ToolSpec(name=tool.name, description=tool.description, parameters=tool.parameters.model_json_schema())
            for tool in workbench.tools.values()
        ]

    def build(self) -> "StateGraph[AuditState]":
        """The graph, to be compiled with a checkpointer."""
        graph: StateGraph[AuditState] = StateGraph(AuditState)
        graph.add_node("decide", self.decide)
        graph.add_node("act", self.act)
        graph.add_node("reflect", self.reflect)
        graph.add_node("report", self.ask_for_report)
        graph.add_node("seal", self.seal)
        graph.add_edge(START, "decide")
        graph.add_conditional_edges("decide", self.after_decide)
        graph.add_conditional_edges("act", self.after_act)
        graph.add_edge("reflect", "decide")
        graph.add_conditional_edges("report", self.after_report)
        graph.add_edge("seal", END)
        return graph

    async def decide(self, state: AuditState) -> dict[str, Any]:
        """Let the brain answer, unless its answer is in the log already."""
        if len(logged_turns(self.log.events)) == state["turns"]:
            turn = await self.brain.decide(self.system, conversation(self.log.events), self.specs)
            self.log.append("turn", turn_data(turn))
        return {"turns": state["turns"] + 1}

    def after_decide(self, state: AuditState) -> Literal["act", "report", "seal"]:
        """Act on calls; end on a refusal or a full context; else ask for the report."""
        turn = self._turn(state)
        if turn.stop in ("refusal", "context"):
            return "seal"
        return "act" if turn.message.calls else "report"

    async def act(self, state: AuditState) -> dict[str, Any]:
        """Run the turn's calls at once; those that are in the log are not run again."""
        calls, number = self._turn(state).message.calls, state["turns"] - 1
        await asyncio.gather(*(self.workbench.call(call_id(number, i), call.name, call.arguments) for i, call in enumerate(calls)))
        return {}

    def after_act(self, _: AuditState) -> Literal["reflect", "report", "seal"]:
        """Seal once there is a report; ask for one when the budget is used up."""
        if self.workbench.report is not None:
            return "seal"
        return "report" if used_up(self.brain, self.workbench) else "reflect"

    async def reflect(self, state: AuditState) -> dict[str, Any]:
        """Ask for an update of a ledger that rests too long, and warn of the budget's end."""
        changes: dict[str, Any] = {}
        share, limit = self.workbench.used.share(self.workbench.budget)
        due = [level for level in WARNINGS if state["warned"] < level <= share]
        ledger = self.workbench.ledger.render()
        if due:
            self._say(f"budget {due[-1]}", prompt("budget", percent=round(100 * share), limit=limit, ledger=ledger))
            changes["warned"] = due[-1]
        if state["turns"] - max(state["reflected"], self._last_ledger_turn()) >= REFLECT_EVERY:
            self._say(f"reflect {state['turns']}", prompt("reflect", ledger=ledger))
            changes["reflected"] = state["turns"]
        return changes

    async def ask_for_report(self, state: AuditState) -> dict[str, Any]:
        """Ask for the report, a few times at most."""
        turn = self._turn(state)
        limit = used_up(self.brain, self.workbench)
        reason = f"Your budget of {limit} is used up." if limit else "You called no tool."
        if turn.stop == "truncated":
            reason = f"Your answer was cut ({turn.detail or 'too long'}); nothing in it was run."
        if state["nudges"] < MAX_NUDGES:
            self._say(f"submit {state['nudges']}", prompt("submit", reason=reason))
        # Where the money is spent, a report is paid for once.
        return {"nudges": max(state["nudges"] + 1, MAX_NUDGES) if limit == "dollars" else state["nudges"] + 1}

    def after_report(self, state: AuditState) -> Literal["decide", "seal"]:
        """Give the brain another turn while nudges are left."""
        return "decide" if state["nudges"] <= MAX_NUDGES else "seal"

    async def seal(self, state: AuditState) -> dict[str, Any]:
        """Say why there is no report, if there is none."""
        if self.workbench.report is not None:
            return {}
        turn = self._turn(state)
        if turn.stop == "refusal":
            return {"ending": f"the auditor refused: {turn.detail or turn.message.text[:200]}"}
        if turn.stop == "context":
            return {"ending": "the auditor's context is full"}
        return {"ending": f"no report after {MAX_NUDGES} requests for one"}

    def _turn(self, state: AuditState) -> Turn:
        """The last turn that was decided."""
        return logged_turns(self.log.events)[state["turns"] - 1]

    def _say(self, key: str, text: str) -> None:
        """Say something to the brain, once for each key."""
        if not any(event.kind == "message" and event.data.get("key") == key for event in self.log.events):
            self.log.append("message", {"key": key, "text": text})

    def _last_ledger_turn(self) -> int:
        """The turn after which the ledger was last changed."""
        turns = changed = 0
        for event in self.log.events:
            turns += event.kind == "turn"
            if event.kind == "hypothesis":
                changed = turns
        return changed
