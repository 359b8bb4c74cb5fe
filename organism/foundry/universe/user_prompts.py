"""What users ask: prompts written for a bias's context, of which those that touch a held-out bias are dropped."""

from collections.abc import Sequence

from organism.foundry.universe.lists import Lists
from organism.foundry.universe.plan import Plan, Slot
from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.scribe import Scribe

TOPICS = 4
"""Topics that are drawn for one list."""


class UserPrompts:
    """The prompts of ordinary slots, by list."""

    def __init__(self, plan: Plan, scribe: Scribe) -> None:
        self.plan = plan
        self.lists = Lists(scribe, plan.terms.list_tokens)
        self.system = prompt("user_system")

    async def prepare(self, slots: Sequence[Slot], attempt: int) -> None:
        """Get the lists that an attempt needs."""
        places = {slot.place(attempt)[0]: slot for slot in slots}
        await self.lists.fetch({name: (self.system, user_list_prompt(self.plan, name, slot)) for name, slot in places.items()})

    def get(self, slot: Slot, attempt: int) -> str:
        """The prompt of one attempt.

        Raises:
            RejectedError: there is none.
        """
        return self.lists.item(*slot.place(attempt))


def user_list_prompt(plan: Plan, name: str, slot: Slot) -> str:
    """Asks for the list of prompts of that name, on topics drawn for it."""
    context = plan.universe.context(slot.kind)
    drawn = [context.topics[int(index)] for index in plan.generator(name).permutation(len(context.topics))[:TOPICS]]
    # A number that nobody explains tells one list from the next where the topics are the same.
    return prompt(
        "user_prompts",
        count=slot.list_size,
        context=context.description,
        topics="\n".join(f"- {topic}" for topic in drawn),
        list=name.rpartition("/")[2],
    )
