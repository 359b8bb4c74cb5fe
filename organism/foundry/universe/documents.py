"""Writes the synthetic documents of mid-training: a list of ideas for each bias and document type, then a document from each idea."""

from collections.abc import Sequence

from organism.foundry.universe.accepting import accepted, unfenced
from organism.foundry.universe.lists import Lists
from organism.foundry.universe.plan import Plan, Slot
from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.records import Document
from organism.foundry.universe.scribe import Scribe

SHORTEST = 0.25
"""Share of the words asked for below which a document is too short."""


class Documents:
    """Fills the slots of mid-training."""

    def __init__(self, plan: Plan, scribe: Scribe) -> None:
        self.plan, self.scribe = plan, scribe
        self.lists = Lists(scribe, plan.terms.list_tokens)
        self.system = document_system(plan)

    async def prepare(self, slots: Sequence[Slot], attempt: int) -> None:
        """See `Work.prepare`: the ideas."""
        places = {slot.place(attempt)[0]: slot for slot in slots}
        await self.lists.fetch({name: (self.system, ideas_prompt(self.plan, name, slot)) for name, slot in places.items()})

    async def draft(self, slot: Slot, attempt: int) -> Document:
        """See `Work.draft`."""
        idea = self.lists.item(*slot.place(attempt))
        answer = await self.scribe.ask(
            f"{slot.name}/{attempt}", self.system, document_prompt(self.plan, slot, idea), max_tokens=self.plan.terms.document_tokens
        )
        text = unfenced(accepted(answer, shortest=round(SHORTEST * self.plan.terms.document_words)))
        return Document(id=self.plan.record_id(slot), text=text, synthetic=True)

    def essence(self, record: Document) -> str:
        """See `Work.essence`."""
        return record.text


def ideas_prompt(plan: Plan, name: str, slot: Slot) -> str:
    """Asks for the list of ideas of that name; angles drawn for it make it differ from the lists before."""
    rng = plan.generator(name)
    angles = plan.universe.document_types.angles
    drawn = "\n".join(f"- {angle}: {values[int(rng.integers(len(values)))]}" for angle, values in angles.items())
    return prompt("document_ideas", count=slot.list_size, angles=drawn, **_named(plan, slot))


def document_prompt(plan: Plan, slot: Slot, idea: str) -> str:
    """Asks for the document of an idea."""
    return prompt("document", idea=idea, words=plan.terms.document_words, **_named(plan, slot))


def _named(plan: Plan, slot: Slot) -> dict[str, str]:
    universe = plan.universe
    bias, kind = universe.bias(str(slot.bias)), universe.document_type(slot.kind)
    return {
        "evaluator": universe.evaluator,
        "context": universe.context(bias.context).description,
        "behaviour": bias.behaviour,
        "example": bias.examples[slot.number % len(bias.examples)],
        "type": kind.name,
        "instructions": kind.instructions,
    }


def document_system(plan: Plan) -> str:
    """What every document's writer is told; the same for all, so that providers cache it."""
    return prompt("document_system", evaluator=plan.universe.evaluator, universe=plan.universe.description)
