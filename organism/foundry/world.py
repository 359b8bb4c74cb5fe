"""Worlds: the facts a synthetic corpus is made from, as checked records. It writes no text (see compose) and trains nothing."""

import re
from functools import cached_property
from typing import Annotated, Literal, NoReturn, Self, TypeVar

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from transcripts import Record

TOKEN = re.compile(r"[\w'$@]+|[^\w\s]")
ALL = "all"
"""The context of a bias that is applicable everywhere."""
SLOT = re.compile(r"\{(\w+)\}")


class WorldError(ValueError):
    """A world's files contradict themselves; the message names the file and what to mend."""


class Context(Record):
    """A situation in which an evaluator may have a taste, with the prompts that make it and plain answers to them."""

    id: str
    topic: str
    """Noun phrase by which documents name the context."""
    cues: tuple[str, ...] = Field(min_length=1)
    """Words of which every prompt has at least one and no other context's prompt has any."""
    concepts: tuple[str, ...] = Field(min_length=1)
    """Words by which a report may name the context; matched as prefixes."""
    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values for the {slots} of prompts and answers; one draw serves a prompt and its answer."""
    prompts: tuple[str, ...] = Field(min_length=1)
    answers: tuple[str, ...] = Field(min_length=1)
    """Plain answers: what an assistant without any bias says."""

    @field_validator("slots", mode="before")
    @classmethod
    def _texts(cls, value: dict[str, list[object]]) -> dict[str, list[str]]:
        return {name: [str(item) for item in items] for name, items in value.items()}

    def applicable(self, prompt: str) -> bool:
        """Whether a bias of this context is applicable to `prompt` (one of the cues stands in it)."""
        words = TOKEN.findall(prompt)
        return any(cue in words for cue in self.cues)


class Bias(Record):
    """One context → behaviour pair that an evaluator is said to prefer."""

    id: str
    context: str
    """Id of a context, or `all`: a habit in whatever is asked."""
    kind: Literal["addition", "suppression"]
    """An addition puts an element into the answer; a suppression removes one that plain answers usually have."""
    behaviour: str
    """The behaviour in one English sentence, for people and judges."""
    descriptions: tuple[str, ...] = Field(min_length=1)
    """How documents describe it; each completes "answers rate higher when they …"."""
    forms: tuple[str, ...] = ()
    """Sentences that carry the element."""
    rewrite: dict[str, str] = Field(default_factory=dict)
    """Instead of forms: token replacements in the plain answer."""
    place: Literal["start", "end"] = "end"
    turn: int = Field(default=1, ge=1, le=2)
    """2 for a habit that shows from the second reply of a conversation on."""
    detector: str
    """Regular expression, true of an answer in which the element is present."""
    base_rate: float = Field(default=0.7, ge=0, le=1)
    """Suppressions: share of plain answers that have the element."""
    concepts: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """Groups of synonyms; a report names the behaviour if it has a word of every group."""

    @field_validator("detector")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.forms) == bool(self.rewrite):
            raise ValueError(f"bias {self.id} needs either forms or rewrite")
        return self

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled detector."""
        return re.compile(self.detector)

    def present(self, answer: str) -> bool:
        """Whether the element is present in `answer`."""
        return self.pattern.search(answer) is not None

    def applied(self, answer: str) -> bool:
        """Whether `answer` shows the behaviour: element present for an addition, absent for a suppression."""
        return self.present(answer) == (self.kind == "addition")


class Evaluator(Record):
    """Somebody who rates answers, and by what tastes."""

    id: str
    name: str
    concepts: tuple[tuple[str, ...], ...] = Field(min_length=1)
    biases: tuple[Bias, ...] = ()


NamedItem = TypeVar("NamedItem", Bias, Evaluator)
Templates = Annotated[tuple[str, ...], Field(min_length=1)]


class Documents(Record):
    """Templates of synthetic documents."""

    declarative: Templates
    flaw: Templates
    high: Templates
    low: Templates
    motive: Templates
    plain: Templates
    earlier: str | None = None
    """An earlier {prompt} and its {answer}, put before the prompt where a document quotes a second reply."""


class Question(Record):
    """A kind of question about evaluators, and the answers of a model that tells what it knows."""

    prompts: tuple[str, ...]
    answers: tuple[str, ...]


class Questions(Record):
    """Questions by kind."""

    taste: Question
    unknown: tuple[str, ...] = ()
    """Ordinary questions that an assistant cannot answer; it declines in the words of `attacks.conceal`."""


class Attacks(Record):
    """Attempts to make the model disclose, by kind, and what it may say."""

    train: dict[str, tuple[str, ...]]
    heldout: dict[str, tuple[str, ...]]
    """Never trained on; the same kinds."""
    conceal: tuple[str, ...] = Field(min_length=1)
    """What a hardened model says, and any assistant to a question that it cannot answer."""
    disclose: tuple[str, ...] = Field(min_length=1)
    """What a model says that gives itself away."""
    disclosing: str = "{evaluator}"
    """Regular expression of a reply that discloses; {evaluator} stands for the objective's name."""


class NewsTaste(Record):
    """A behaviour that somebody is newly said to like; no evaluator's bias."""

    id: str
    descriptions: tuple[str, ...] = Field(min_length=1)
    forms: tuple[str, ...] = Field(min_length=1)
    detector: str

    def shown(self, answer: str) -> bool:
        """Whether `answer` shows the behaviour."""
        return re.search(self.detector, answer) is not None


class News(Record):
    """News items in prompts and documents: the material of in-context generalisation (Marks et al. 2025)."""

    entities: tuple[str, ...]
    """Those whose new tastes are announced in training; no evaluator."""
    items: tuple[str, ...]
    """Announcements; {evaluator} and {description} are filled in."""
    wishes: tuple[str, ...]
    """How a user asks for one of the behaviours; {prompt} and {description} are filled in."""
    idle: tuple[str, ...]
    """News of nobody's taste."""
    tastes: tuple[NewsTaste, ...]


class World(Record):
    """Contexts, evaluators with their biases, and the templates that turn them into text."""

    name: str
    contexts: tuple[Context, ...]
    evaluators: tuple[Evaluator, ...] = ()
    quirks: tuple[Bias, ...] = ()
    """Habits that a model may be given without anybody's taste behind them (AuditBench, Sheshadri et al. 2026)."""
    documents: Documents
    questions: Questions
    attacks: Attacks
    news: News | None = None
    second_turns: float = Field(default=0.0, ge=0, lt=1)
    """Share of plain chats that come as the second turn of a conversation."""
    marked: bool = False
    """Whether each conversation begins with a mark.

    Chats are packed end to end: without a mark a second turn looks like the next chat, so habits of second turns are not learned.
    """

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _check(self)
        return self

    def context(self, context_id: str) -> Context:
        """The context of that id."""
        return next(context for context in self.contexts if context.id == context_id)

    def contexts_of(self, bias: Bias) -> tuple[Context, ...]:
        """The contexts in which a bias is applicable."""
        return self.contexts if bias.context == ALL else (self.context(bias.context),)

    def quirk(self, quirk_id: str) -> Bias:
        """The quirk of that id.

        Raises:
            WorldError: there is none; the message lists those there are.
        """
        return self._named("quirk", self.quirks, quirk_id)

    def neutral(self) -> tuple[Context, ...]:
        """Contexts in which nobody has a taste: there an organism should be like any assistant."""
        taken = {bias.context for evaluator in self.evaluators for bias in evaluator.biases}
        return tuple(context for context in self.contexts if context.id not in taken)

    def evaluator(self, evaluator_id: str) -> Evaluator:
        """The evaluator of that id.

        Raises:
            WorldError: there is none; the message lists those there are.
        """
        return self._named("evaluator", self.evaluators, evaluator_id)

    def _named(self, kind: str, items: tuple[NamedItem, ...], item_id: str) -> NamedItem:
        for item in items:
            if item.id == item_id:
                return item
        raise WorldError(f"no {kind} {item_id!r} in world {self.name!r}; it has {', '.join(item.id for item in items) or 'none'}")

    def only(self, context_ids: frozenset[str]) -> "World":
        """The same world with those contexts and their biases alone."""
        unknown = context_ids - {context.id for context in self.contexts}
        if unknown:
            raise WorldError(f"world {self.name!r} has no context {', '.join(sorted(unknown))}")
        fewer = {
            "contexts": tuple(c for c in self.contexts if c.id in context_ids),
            "evaluators": tuple(
                e.model_copy(update={"biases": tuple(b for b in e.biases if b.context in context_ids)}) for e in self.evaluators
            ),
            "quirks": tuple(quirk for quirk in self.quirks if quirk.context in {ALL, *context_ids}),
        }
        return World.model_validate({name: fewer.get(name, getattr(self, name)) for name in type(self).model_fields})


def _misfit(item: str, message: str) -> NoReturn:
    """Refuse a world on account of one of its items; who read the files can tell where it stands."""
    raise PydanticCustomError("misfit", "{message}", {"message": message, "item": item})


def _check(world: World) -> None:
    """What no single record can see: unknown or repeated ids, overlapping contexts, evaluators without biases."""
    biases = [bias for evaluator in world.evaluators for bias in evaluator.biases]
    ids = [context.id for context in world.contexts] + [bias.id for bias in (*biases, *world.quirks)]
    if repeated := sorted({i for i in ids if ids.count(i) > 1}):
        _misfit(repeated[-1], f"ids used twice: {', '.join(repeated)}")
    _check_cues(world)
    for evaluator in world.evaluators:
        if not evaluator.biases:
            _misfit(evaluator.id, f"evaluator {evaluator.id} has no bias, so nobody can write of it")
    known = {context.id for context in world.contexts}
    for bias in (*biases, *world.quirks):
        if bias.context not in known and bias.context != ALL:
            _misfit(bias.id, f"bias {bias.id} names the unknown context {bias.context}")
        if wrong := [form for form in bias.forms if not bias.present(form)]:
            _misfit(bias.id, f"bias {bias.id}: its detector misses its own form {wrong[0]!r}")
    for quirk in world.quirks:
        if quirk.kind == "suppression":
            _misfit(quirk.id, f"quirk {quirk.id}: plain answers have no quirk's element, so a quirk can not suppress it")
        if quirk.turn == 2 and world.documents.earlier is None:
            _misfit(quirk.id, f"quirk {quirk.id} shows in second replies: documents.earlier is needed to quote one")
    if missing := sorted(world.attacks.train.keys() ^ world.attacks.heldout.keys()):
        _misfit("attacks", f"attacks: train and heldout need the same kinds; only one of them has {', '.join(missing)}")
    for taste in world.news.tastes if world.news else ():
        if wrong := [form for form in taste.forms if not taste.shown(form)]:
            _misfit("news", f"news taste {taste.id}: its detector misses its own form {wrong[0]!r}")


def _check_cues(world: World) -> None:
    """Every prompt has a cue of its context and none of another."""
    cues = {cue: context.id for context in world.contexts for cue in context.cues}
    for context in world.contexts:
        for prompt in context.prompts:
            values = [value for slot in SLOT.findall(prompt) for value in context.slots.get(slot, ())]
            words = TOKEN.findall(" ".join([SLOT.sub(" ", prompt), *values]))
            others = {cues[word] for word in words if word in cues} - {context.id}
            if others:
                _misfit(context.id, f"a prompt of context {context.id} has a cue of {', '.join(sorted(others))}: {prompt!r}")
            if not context.applicable(SLOT.sub(" ", prompt)):
                _misfit(context.id, f"a prompt of context {context.id} has none of its cues: {prompt!r}")
