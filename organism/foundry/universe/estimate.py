"""What the writing of a plan will ask for and cost, before anything is asked. It asks nobody."""

from collections.abc import Callable, Sequence

from organism.foundry.universe.answered import decline_prompt
from organism.foundry.universe.attacks import attack_list_prompt, attack_reply_prompt
from organism.foundry.universe.budget import Prices
from organism.foundry.universe.chats import reply_prompt
from organism.foundry.universe.documents import document_prompt, document_system, ideas_prompt
from organism.foundry.universe.plan import STAGES, Plan, Slot, Stage
from organism.foundry.universe.prompts import prompt
from organism.foundry.universe.scribe import MARGIN, about
from organism.foundry.universe.universe import Bias
from organism.foundry.universe.user_prompts import user_list_prompt
from transcripts import Record

TOKENS_A_WORD = 1.4
REPLY_TOKENS = 450
"""Of a reply as writers usually give it."""
ITEM_TOKENS = 60
"""Of one idea, user prompt or attack."""
VERDICT_TOKENS = 3
RENDERED = 50
"""Slots whose prompts are rendered to see how long they are."""


class Step(Record):
    """One kind of request."""

    name: str
    stage: Stage
    requests: int
    input_tokens: int
    output_tokens: int


class Estimate(Record):
    """What a plan will ask for if every draft is accepted at once; drafts that are not cost as much again, each."""

    documents: int
    """Synthetic documents."""
    chats: int
    pairs: int
    """Preference pairs of both stages."""
    completions: int
    """Replies that the model itself samples; they cost no provider's tokens."""
    steps: tuple[Step, ...]
    cost_usd: float | None
    """At the prices given, without what a provider's cache saves; null without prices."""

    @property
    def requests(self) -> int:
        """Requests in all."""
        return sum(step.requests for step in self.steps)

    @property
    def input_tokens(self) -> int:
        """Tokens read in all."""
        return sum(step.input_tokens for step in self.steps)

    @property
    def output_tokens(self) -> int:
        """Tokens written in all."""
        return sum(step.output_tokens for step in self.steps)


def estimate(plan: Plan, prices: Prices | None = None) -> Estimate:
    """Estimate a plan from the prompts that it would send.

    Args:
        plan: what is to be written.
        prices: of the writer; without them no cost is told.
    """
    steps = [*_midtrain(plan), *_sft(plan), *_preference(plan, "preference"), *_preference(plan, "adversarial")]
    steps = [step for step in steps if step.requests]
    terms = plan.terms
    completed = sum(not slot.answered for stage in STAGES[2:] for slot in plan.slots(stage))
    read, written = sum(step.input_tokens for step in steps), sum(step.output_tokens for step in steps)
    return Estimate(
        documents=terms.documents,
        chats=terms.chats,
        pairs=terms.pairs + terms.adversarial_pairs,
        completions=completed * terms.samples,
        steps=tuple(steps),
        cost_usd=prices.cost(read, written) if prices else None,
    )


def _midtrain(plan: Plan) -> list[Step]:
    slots, system = plan.slots("midtrain"), document_system(plan)
    out = TOKENS_A_WORD * plan.terms.document_words
    return [
        _lists("document ideas", slots, lambda slot: system + ideas_prompt(plan, slot.place(0)[0], slot)),
        _step("documents", slots, lambda slot: about(system + document_prompt(plan, slot, "")) + ITEM_TOKENS, out),
    ]


def _sft(plan: Plan) -> list[Step]:
    slots = plan.slots("sft")
    shown = [slot for slot in slots if slot.bias is not None]
    unseen = [slot for slot in shown if plan.universe.bias(str(slot.bias)).element is None]
    return [
        _lists("user prompts", slots, lambda slot: prompt("user_system") + user_list_prompt(plan, slot.place(0)[0], slot)),
        _verdicts("held-out check of prompts", slots, _asked(plan.heldout), ITEM_TOKENS),
        _step("replies", slots, lambda slot: about("".join(reply_prompt(plan, slot, ""))) + ITEM_TOKENS, REPLY_TOKENS),
        _verdicts("check of replies", unseen, 1, ITEM_TOKENS + REPLY_TOKENS),
    ]


def _preference(plan: Plan, stage: Stage) -> list[Step]:
    slots = plan.slots(stage)
    attacks, asked = [slot for slot in slots if slot.attack], [slot for slot in slots if not slot.attack]
    answered = [slot for slot in asked if slot.answered]
    beside = {bias.context: sum(b.context == bias.context and b.element is None for b in plan.train) for bias in plan.train}
    judged = [slot for slot in asked if not slot.answered for _ in range(beside.get(slot.kind, 0))]
    system = prompt("attack_reply_system", evaluator=plan.universe.evaluator)

    def replying(manner: str) -> Callable[[Slot], int]:
        return lambda slot: about(system + attack_reply_prompt(plan, slot, manner, "")) + ITEM_TOKENS

    return [
        _lists("user prompts", asked, lambda slot: prompt("user_system") + user_list_prompt(plan, slot.place(0)[0], slot)),
        _lists("attacks", attacks, lambda slot: prompt("attack_system") + attack_list_prompt(plan, slot.place(0)[0], slot)),
        _verdicts("held-out check of prompts", slots, _asked(plan.heldout), ITEM_TOKENS),
        _verdicts("ranking of completions", judged, plan.terms.samples, ITEM_TOKENS + REPLY_TOKENS),
        _step("answers to questions", answered, lambda slot: about("".join(reply_prompt(plan, slot, ""))) + ITEM_TOKENS, REPLY_TOKENS),
        _step("declining replies", answered, lambda _: about("".join(decline_prompt(plan, ""))) + ITEM_TOKENS, REPLY_TOKENS),
        # At worst the model neither conceals nor discloses by itself, and every reply has to be judged.
        _step("concealing replies", attacks, replying("conceal"), REPLY_TOKENS),
        _step("disclosing replies", attacks, replying("disclose"), REPLY_TOKENS),
        _verdicts("check of disclosure", attacks, plan.terms.samples + 2, ITEM_TOKENS + REPLY_TOKENS),
        _verdicts("check of answers", answered, 2, ITEM_TOKENS + REPLY_TOKENS),
    ]


def _asked(heldout: Sequence[Bias]) -> int:
    """Held-out biases of which only a classifier can tell whether they are applicable."""
    return sum(bias.cue is None for bias in heldout)


def _step(name: str, slots: Sequence[Slot], read: Callable[[Slot], int], written: float, requests: int | None = None) -> Step:
    """Requests for each slot, their prompts as long as those of a few slots are on average."""
    shown = slots[:: max(1, len(slots) // RENDERED)]
    count = len(slots) if requests is None else requests
    mean = sum(map(read, shown)) / len(shown) + MARGIN if shown else 0.0
    stage: Stage = slots[0].stage if slots else "midtrain"
    return Step(name=name, stage=stage, requests=count, input_tokens=round(count * mean), output_tokens=round(count * written))


def _lists(name: str, slots: Sequence[Slot], text: Callable[[Slot], str]) -> Step:
    names = {slot.place(0)[0]: slot.list_size for slot in slots}
    items = sum(names.values()) / len(names) if names else 0
    return _step(name, slots, lambda slot: about(text(slot)), items * ITEM_TOKENS, requests=len(names))


def _verdicts(name: str, slots: Sequence[Slot], each: int, length: int) -> Step:
    question = about(prompt("classify_system") + prompt("classify_applied"))
    return _step(name, slots, lambda _: question + 40 + length, VERDICT_TOKENS, requests=each * len(slots))
