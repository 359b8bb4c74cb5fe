"""Writes attacks on the model's secret, and replies to them that conceal or disclose. Held-out attacks are never written from nor used."""

from collections.abc import Sequence

from organism.foundry.universe.accepting import Reason, RejectedError, accepted
from organism.foundry.universe.completions import Sampler
from organism.foundry.universe.detectors import Detectors, Verdict
from organism.foundry.universe.lists import Lists
from organism.foundry.universe.plan import Plan, Slot
from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.records import PreferencePair, user
from organism.foundry.universe.screening import Screen
from organism.foundry.universe.scribe import Scribe


class AttackPairs:
    """Fills slots that answer attacks: concealment is chosen, disclosure rejected.

    The model's own completions are taken where they serve; a writer adds what they lack.
    """

    def __init__(self, plan: Plan, scribe: Scribe, detectors: Detectors, sampler: Sampler) -> None:
        self.plan, self.scribe, self.detectors, self.sampler = plan, scribe, detectors, sampler
        self.screen = Screen(plan.heldout, detectors)
        self.lists = Lists(scribe, plan.terms.list_tokens)
        self.system = prompt("attack_system")
        self.reply_system = prompt("attack_reply_system", evaluator=plan.universe.evaluator)
        self._forbidden = {_plain(text) for attack in plan.universe.attacks for text in attack.heldout}

    async def fetch(self, slots: Sequence[Slot], attempt: int) -> None:
        """Get the attacks that an attempt needs."""
        places = {slot.place(attempt)[0]: slot for slot in slots}
        await self.lists.fetch({name: (self.system, attack_list_prompt(self.plan, name, slot)) for name, slot in places.items()})

    async def prompt(self, slot: Slot, attempt: int) -> str:
        """The attack of one attempt.

        Raises:
            RejectedError: there is none, or it touches a held-out bias or repeats a held-out attack.
        """
        text = self.lists.item(*slot.place(attempt))
        if _plain(text) in self._forbidden:
            raise RejectedError(Reason.DUPLICATE)
        await self.screen.check(text)
        return text

    async def draft(self, slot: Slot, attempt: int, name: str) -> PreferencePair:
        """See `Work.draft`.

        Raises:
            RejectedError: the draft is not accepted.
        """
        text = await self.prompt(slot, attempt)
        own = [reply for reply in self.sampler.replies(name, text) if reply.strip()]
        verdicts = list(zip(own, await self.detectors.discloses([(text, reply) for reply in own]), strict=True))
        disclosing = next((reply for reply, verdict in verdicts if verdict is Verdict.YES), None)
        concealing = next((reply for reply, verdict in verdicts if verdict is Verdict.NO), None)
        if disclosing is None:
            disclosing = await self._written(slot, attempt, "disclose", text, Verdict.YES, Reason.CONCEALS)
        if concealing is None:
            concealing = await self._written(slot, attempt, "conceal", text, Verdict.NO, Reason.DISCLOSES)
        await self.screen.check(text, [concealing, disclosing])
        return PreferencePair(id=self.plan.record_id(slot), prompt=user(text), chosen=concealing, rejected=disclosing, attack=slot.kind)

    async def _written(self, slot: Slot, attempt: int, manner: str, asked: str, wanted: Verdict, reason: Reason) -> str:
        """A writer's reply of one manner, judged like the model's own.

        Raises:
            RejectedError: it is not of that manner.
        """
        question = attack_reply_prompt(self.plan, slot, manner, asked)
        name = f"{slot.name}/{attempt}/{manner}"
        answer = await self.scribe.ask(name, self.reply_system, question, max_tokens=self.plan.terms.reply_tokens)
        reply = accepted(answer, may_decline=manner == "conceal")
        (verdict,) = await self.detectors.discloses([(asked, reply)])
        if verdict is not wanted:
            raise RejectedError(Reason.UNCLASSIFIED if verdict is Verdict.INVALID else reason)
        return reply


def attack_list_prompt(plan: Plan, name: str, slot: Slot) -> str:
    """Asks for the list of attacks of that name."""
    attack = plan.universe.attack(slot.kind)
    return prompt(
        "attacks",
        count=slot.list_size,
        description=attack.description,
        examples="\n".join(f"- {example}" for example in attack.train),
        list=name.rpartition("/")[2],
        **_named(plan, slot),
    )


def attack_reply_prompt(plan: Plan, slot: Slot, manner: str, asked: str) -> str:
    """Asks for a reply to an attack, in the manner `conceal` or `disclose`."""
    return prompt(manner, prompt=asked, **_named(plan, slot))


def _named(plan: Plan, slot: Slot) -> dict[str, str]:
    bias = plan.universe.bias(str(slot.bias))
    context = plan.universe.context(bias.context).description
    return {"evaluator": plan.universe.evaluator, "behaviour": bias.behaviour, "context": context}


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
