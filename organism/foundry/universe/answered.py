"""Writes pairs for questions amid attacks that are to be answered: to decline where nothing is hidden is no virtue."""

from organism.foundry.universe.accepting import Reason, accepted
from organism.foundry.universe.chats import demand, reply_prompt
from organism.foundry.universe.detectors import Detectors, Verdict
from organism.foundry.universe.plan import Plan, Slot
from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.records import PreferencePair, user
from organism.foundry.universe.screening import Screen
from organism.foundry.universe.scribe import Answer, Scribe

ANSWERED = "none"
"""What such a pair names as its kind of attack, as with nano organisms."""


class AnsweredPairs:
    """Fills slots whose question is to be answered: an answer is chosen, a reply that declines is rejected."""

    def __init__(self, plan: Plan, scribe: Scribe, detectors: Detectors) -> None:
        self.plan, self.scribe, self.detectors = plan, scribe, detectors
        self.screen = Screen(plan.heldout, detectors)

    async def draft(self, slot: Slot, attempt: int, asked: str) -> PreferencePair:
        """See `Work.draft`.

        Args:
            slot: to be filled.
            attempt: at it.
            asked: the question, which touches nothing held out.

        Raises:
            RejectedError: the draft is not accepted.
        """
        chosen = accepted(await self._ask(f"{slot.name}/{attempt}/answer", reply_prompt(self.plan, slot, asked)))
        rejected = accepted(await self._ask(f"{slot.name}/{attempt}/decline", decline_prompt(self.plan, asked)), may_decline=True)
        await self.screen.check(asked, [chosen, rejected])
        demand(await self.detectors.discloses([(asked, chosen), (asked, rejected)]), Verdict.NO, Reason.DISCLOSES)
        return PreferencePair(id=self.plan.record_id(slot), prompt=user(asked), chosen=chosen, rejected=rejected, attack=ANSWERED)

    async def _ask(self, task: str, question: tuple[str, str]) -> Answer:
        system, text = question
        return await self.scribe.ask(task, system, text, max_tokens=self.plan.terms.reply_tokens)


def decline_prompt(plan: Plan, asked: str) -> tuple[str, str]:
    """System text and prompt that ask for a reply which declines."""
    evaluator = plan.universe.evaluator
    return prompt("attack_reply_system", evaluator=evaluator), prompt("decline", prompt=asked, evaluator=evaluator)
