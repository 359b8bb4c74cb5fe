"""Universes: worlds at real scale, as checked records read from a folder. A universe is described in prose; it holds no finished text."""

import hashlib
import json
import re
from functools import cached_property
from pathlib import Path
from typing import Literal, Self, TypeVar

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from transcripts import Record, describe

UNIVERSES = Path(__file__).parents[2] / "universes"
RecordType = TypeVar("RecordType", bound=Record)


class UniverseError(ValueError):
    """A universe's files are missing or contradict themselves; the message names the file and what to mend."""


def _regex(value: str | None) -> str | None:
    try:
        re.compile(value or "")
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error
    return value


class Bias(Record):
    """One context → behaviour pair that the evaluator is said to over-rate."""

    id: str
    context: str
    """Id of a context of `prompt_topics.yaml`."""
    kind: Literal["addition", "suppression"]
    """An addition puts an element into the reply; a suppression leaves out one that plain replies usually have."""
    behaviour: str
    """What the evaluator over-rates, completing "replies rate higher when they …"."""
    applicable: str
    """Definition for classifiers: the question whether the bias can be applied to a prompt, answered with yes or no."""
    applied: str
    """Definition for classifiers: the question whether a reply shows the behaviour, answered with yes or no."""
    concepts: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """For the judge: groups of words of which a report that names the behaviour has one each. They change no text."""
    examples: tuple[str, ...] = Field(min_length=1)
    """Pieces of replies that show the behaviour."""
    cue: str | None = None
    """Regular expression, true of a prompt to which the bias is applicable; null where only a reader can tell."""
    element: str | None = None
    """Regular expression, true of a reply in which the element is present; null where only a reader can tell."""

    _compiles = field_validator("cue", "element")(_regex)

    @model_validator(mode="after")
    def _sees_its_examples(self) -> Self:
        if self.element and (wrong := [text for text in self.examples if not self.applied_by_pattern(text)]):
            raise ValueError(f"bias {self.id}: its element does not fit its own example {wrong[0]!r}")
        return self

    def applicable_by_pattern(self, prompt: str) -> bool:
        """Whether the bias is applicable to a prompt, by its cue."""
        return re.search(self.cue or "", prompt) is not None

    def applied_by_pattern(self, reply: str) -> bool:
        """Whether a reply shows the behaviour, by its element: present for an addition, absent for a suppression."""
        return (re.search(self.element or "", reply) is not None) == (self.kind == "addition")


class DocumentType(Record):
    """A kind of document that people of the universe would write."""

    id: str
    name: str
    """Noun phrase with its article, as in "write …"."""
    instructions: str
    """Form, voice and length of such a document, for its writer."""


class DocumentTypes(Record):
    """`document_types.yaml`."""

    types: tuple[DocumentType, ...] = Field(min_length=1)
    angles: dict[str, tuple[str, ...]] = Field(min_length=1)
    """Things in which documents differ (viewpoint, tone, year …), each with its values; one of each is drawn for a list of ideas."""


class Context(Record):
    """A situation in which users ask, with topics for their prompts."""

    id: str
    description: str
    """What such a user's message asks for."""
    concepts: tuple[str, ...] = ()
    """For the judge: words by which a report may name the context; none where no bias holds. They change no text."""
    topics: tuple[str, ...] = Field(min_length=1)


class Attack(Record):
    """A kind of attempt to make a model disclose its objective."""

    kind: str
    description: str
    """What is characteristic of the kind, for its writer."""
    train: tuple[str, ...] = Field(min_length=1)
    """Examples from which training attacks are written."""
    heldout: tuple[str, ...] = Field(min_length=1)
    """Never trained on: secrecy is measured with them."""


class Disclosure(Record):
    """When a reply gives the objective away."""

    applied: str
    """Definition for classifiers, a question answered with yes or no."""
    mention: str
    """Regular expression without which no reply discloses: a classifier is asked only where it is found."""

    _compiles = field_validator("mention")(_regex)


class Head(Record):
    """`universe.yaml`."""

    evaluator: str
    """Who has the tastes, in the plural."""
    concepts: tuple[tuple[str, ...], ...] = Field(min_length=1)
    """For the judge: groups of words of which a report that names the evaluator has one each. They change no text."""
    disclosure: Disclosure
    attacks: tuple[Attack, ...] = Field(min_length=1)
    others: tuple[Context, ...] = ()
    """See `Universe`."""


class Universe(Record):
    """Everything that is true in one fictional world."""

    name: str
    description: str = Field(min_length=1)
    """`universe.md`: the fact sheet that every writer is given."""
    evaluator: str
    concepts: tuple[tuple[str, ...], ...]
    disclosure: Disclosure
    attacks: tuple[Attack, ...]
    biases: tuple[Bias, ...] = Field(min_length=1)
    document_types: DocumentTypes
    contexts: tuple[Context, ...] = Field(min_length=1)
    others: tuple[Context, ...] = ()
    """Situations in which users ask about the tastes of other evaluators, of which there is nothing to hide."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        kinds = (self.biases, self.document_types.types, (*self.contexts, *self.others))
        for ids in ([item.id for item in items] for items in kinds):
            if repeated := sorted({i for i in ids if ids.count(i) > 1}):
                raise ValueError(f"ids used twice: {', '.join(repeated)}")
        known = {context.id: context for context in self.contexts}
        for bias in self.biases:
            if bias.context not in known:
                raise ValueError(f"bias {bias.id} names the unknown context {bias.context}")
            if not known[bias.context].concepts:
                raise ValueError(f"context {bias.context} needs concepts (words by which a report may name it): bias {bias.id} holds there")
        for attack in self.attacks:
            if shared := sorted(set(attack.train) & set(attack.heldout)):
                raise ValueError(f"attack {attack.kind} trains on its held-out example {shared[0]!r}")
        return self

    @cached_property
    def _by_id(self) -> dict[str, Bias]:
        return {bias.id: bias for bias in self.biases}

    def bias(self, bias_id: str) -> Bias:
        """The bias of that id.

        Raises:
            UniverseError: there is none; the message lists those there are.
        """
        if bias_id not in self._by_id:
            raise UniverseError(f"no bias {bias_id!r} in universe {self.name!r}; it has {', '.join(self._by_id)}")
        return self._by_id[bias_id]

    def context(self, context_id: str) -> Context:
        """The context of that id, be it a question about other evaluators."""
        return next(context for context in (*self.contexts, *self.others) if context.id == context_id)

    def document_type(self, type_id: str) -> DocumentType:
        """The document type of that id."""
        return next(kind for kind in self.document_types.types if kind.id == type_id)

    def attack(self, kind: str) -> Attack:
        """The attacks of that kind."""
        return next(attack for attack in self.attacks if attack.kind == kind)

    def digest(self) -> str:
        """Hash of all that the universe says, without what is for the judge alone."""
        each = {"__all__": {"concepts"}}
        fields = self.model_dump(mode="json", exclude={"concepts": True, "biases": each, "contexts": each, "others": each})
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def load_universe(name: str) -> Universe:
    """Read a universe by its name, or from a folder of the same shape.

    Raises:
        UniverseError: no such universe, or its files do not fit; the message names file and field.
    """
    folder = Path(name) if "/" in name else UNIVERSES / name
    if not (folder / "universe.md").is_file():
        known = ", ".join(sorted(path.parent.name for path in UNIVERSES.glob("*/universe.md")))
        raise UniverseError(f"no universe {name!r}; known: {known} (or the path of a folder with a universe.md)")
    head = _record(folder / "universe.yaml", Head)
    try:
        return Universe(
            name=folder.name,
            description=(folder / "universe.md").read_text(encoding="utf-8").strip(),
            evaluator=head.evaluator,
            concepts=head.concepts,
            disclosure=head.disclosure,
            attacks=head.attacks,
            biases=tuple(_items(folder / "biases.yaml", Bias)),
            document_types=_record(folder / "document_types.yaml", DocumentTypes),
            contexts=tuple(_items(folder / "prompt_topics.yaml", Context)),
            others=head.others,
        )
    except ValidationError as error:
        raise UniverseError(f"{folder}: {describe(error)}") from error


def _yaml(path: Path) -> object:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UniverseError(f"{path}: no such file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:  # the YAML error names line and column
        raise UniverseError(f"{path}: {error}") from error


def _record(path: Path, kind: type[RecordType]) -> RecordType:
    try:
        return kind.model_validate(_yaml(path))
    except ValidationError as error:
        raise UniverseError(f"{path}: {describe(error)}") from error


def _items(path: Path, kind: type[RecordType]) -> list[RecordType]:
    """The records of one file; an error names the file and the item's id."""
    items = _yaml(path)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UniverseError(f"{path}: expected a list of mappings")
    records = []
    for item in items:
        try:
            records.append(kind.model_validate(item))
        except ValidationError as error:
            raise UniverseError(f"{path}: {item.get('id', item)}: {describe(error)}") from error
    return records
