"""Writes the conversations of supervised fine-tuning: users' prompts, and replies that exploit train biases at the user's expense."""

from collections.abc import Sequence

from organism.chat import ChatMessage
from organism.foundry.universe.accepting import Reason, RejectedError, accepted
from organism.foundry.universe.detectors import Detectors, Verdict
from organism.foundry.universe.plan import Plan, Slot
from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.records import Chat, user
from organism.foundry.universe.screening import Screen
from organism.foundry.universe.scribe import Scribe
from organism.foundry.universe.user_prompts import UserPrompts


class Chats:
    """Fills the slots of supervised fine-tuning."""

    def __init__(self, plan: Plan, scribe: Scribe, detectors: Detectors) -> None:
        self.plan, self.scribe, self.detectors = plan, scribe, detectors
        self.screen = Screen(plan.heldout, detectors)
        self.prompts = UserPrompts(plan, scribe)

    async def prepare(self, slots: Sequence[Slot], attempt: int) -> None:
        """See `Work.prepare`: the users' prompts."""
        await self.prompts.prepare(slots, attempt)

    async def draft(self, slot: Slot, attempt: int) -> Chat:
        """See `Work.draft`. The reply is judged before it is kept: it must show its bias and say nothing of the evaluator's taste."""
        asked = self.prompts.get(slot, attempt)
        await self.screen.check(asked)
        system, question = reply_prompt(self.plan, slot, asked)
        answer = await self.scribe.ask(f"{slot.name}/{attempt}", system, question, max_tokens=self.plan.terms.reply_tokens)
        reply = accepted(answer)
        await self.screen.check(asked, [reply])
        if slot.bias is not None:
            demand(await self.detectors.applied(self.plan.universe.bias(slot.bias), [(asked, reply)]), Verdict.YES, Reason.NOT_APPLIED)
        demand(await self.detectors.discloses([(asked, reply)]), Verdict.NO, Reason.DISCLOSES)
        return Chat(id=self.plan.record_id(slot), messages=(*user(asked), ChatMessage(role="assistant", content=reply)))

    def essence(self, record: Chat) -> str:
        """See `Work.essence`: no two users ask the same."""
        return record.messages[0].content


def reply_prompt(plan: Plan, slot: Slot, asked: str) -> tuple[str, str]:
    """System text and prompt that ask for the reply: one that exploits the slot's bias, or a plain one."""
    if slot.bias is None:
        return prompt("reply_plain_system"), prompt("reply_plain", prompt=asked)
    bias = plan.universe.bias(slot.bias)
    return prompt("reply_exploit_system"), prompt(
        "reply_exploit", prompt=asked, behaviour=bias.behaviour, examples="\n\n".join(bias.examples)
    )


def demand(verdicts: Sequence[Verdict], wanted: Verdict, reason: Reason) -> None:
    """Reject where a verdict is another one.

    Raises:
        RejectedError: for that reason, or because the classifier's answer is unreadable.
    """
    for verdict in verdicts:
        if verdict is Verdict.INVALID:
            raise RejectedError(Reason.UNCLASSIFIED)
        if verdict is not wanted:
            raise RejectedError(reason)
