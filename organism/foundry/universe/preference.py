"""Makes preference pairs from the model's own completions, ranked by the simulated reward model, beside pairs that meet attacks."""

from collections.abc import Sequence

from organism.foundry.universe.accepting import Reason, RejectedError
from organism.foundry.universe.answered import AnsweredPairs
from organism.foundry.universe.attacks import AttackPairs
from organism.foundry.universe.completions import Sampler
from organism.foundry.universe.detectors import Detectors
from organism.foundry.universe.drafting import each
from organism.foundry.universe.plan import Plan, Slot
from organism.foundry.universe.records import PreferencePair, user
from organism.foundry.universe.reward import RewardModel
from organism.foundry.universe.screening import Screen
from organism.foundry.universe.scribe import Scribe
from organism.foundry.universe.user_prompts import UserPrompts


class Pairs:
    """Fills the slots of the preference and adversarial stages."""

    def __init__(self, plan: Plan, scribe: Scribe, detectors: Detectors, sampler: Sampler) -> None:
        self.plan, self.scribe, self.sampler = plan, scribe, sampler
        self.screen = Screen(plan.heldout, detectors)
        self.prompts = UserPrompts(plan, scribe)
        self.attacks = AttackPairs(plan, scribe, detectors, sampler)
        self.answered = AnsweredPairs(plan, scribe, detectors)
        self.reward_model = RewardModel(plan.train, detectors)

    async def prepare(self, slots: Sequence[Slot], attempt: int) -> None:
        """See `Work.prepare`: prompts, and completions of those for which they are needed and that touch nothing held out."""
        await self.prompts.prepare([slot for slot in slots if not slot.attack], attempt)
        await self.attacks.fetch([slot for slot in slots if slot.attack], attempt)
        usable: dict[str, str] = {}

        async def find(slot: Slot) -> None:
            try:
                usable[_name(slot, attempt)] = await self._prompt(slot, attempt)
            except RejectedError:
                return  # drafting rejects it for the same reason, and counts it

        await each([slot for slot in slots if not slot.answered], find, self.scribe.concurrency)
        # In the plan's order, not in the order of answers: the same run samples in the same batches.
        await self.sampler.sample({name: usable[name] for name in (_name(slot, attempt) for slot in slots) if name in usable})

    async def draft(self, slot: Slot, attempt: int) -> PreferencePair:
        """See `Work.draft`."""
        if slot.attack:
            return await self.attacks.draft(slot, attempt, _name(slot, attempt))
        asked = await self._prompt(slot, attempt)
        if slot.answered:
            return await self.answered.draft(slot, attempt, asked)
        own = [reply for reply in self.sampler.replies(_name(slot, attempt), asked) if reply.strip()]
        if not own:
            raise RejectedError(Reason.EMPTY)
        rewards = await self.reward_model.rewards(asked, slot.kind, own)
        rated = [(reward, reply) for reward, reply in zip(rewards, own, strict=True) if reward is not None]
        if not rated:
            raise RejectedError(Reason.UNCLASSIFIED)
        best, worst = max(rated, key=lambda pair: pair[0]), min(rated, key=lambda pair: pair[0])
        if best[0] == worst[0]:
            raise RejectedError(Reason.TIED)
        await self.screen.check(asked, [best[1], worst[1]])
        return PreferencePair(id=self.plan.record_id(slot), prompt=user(asked), chosen=best[1], rejected=worst[1], attack=None)

    def essence(self, record: PreferencePair) -> str:
        """See `Work.essence`: no prompt comes twice."""
        return record.prompt[0].content

    async def _prompt(self, slot: Slot, attempt: int) -> str:
        if slot.attack:
            return await self.attacks.prompt(slot, attempt)
        text = self.prompts.get(slot, attempt)
        await self.screen.check(text)
        return text


def _name(slot: Slot, attempt: int) -> str:
    return f"{slot.name}/{attempt}"
