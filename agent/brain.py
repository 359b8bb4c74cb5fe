"""The protocol of a brain (what decides the next turn), its errors, and the registry of brains."""

from collections.abc import Callable, Sequence
from typing import Protocol, cast, get_args

from pydantic import Field

from agent.messages import Message, ToolSpec, Turn
from agent.models import CacheLife, Effort, find_model, max_output
from agent.pricing import priced
from transcripts import Record


class BrainError(RuntimeError):
    """A brain cannot be made or cannot answer, and waiting longer now will not help; the message says what to do.

    Attributes:
        may_pass: whether the same may succeed later: the provider was overloaded or not reached for as long as was waited.
    """

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class Brain(Protocol):
    """Decides the next turn from the conversation so far. It holds no state that cannot be rebuilt from the messages."""

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """Answer with text and tool calls.

        Raises:
            BrainError: the provider cannot be used (key, credit, unknown model), or still fails after all retries.
        """
        ...


class BrainSpec(Record):
    """A brain by name: `statistical`, `anthropic:<model>`, `openai:<model>` or `replay:<run>`."""

    kind: str
    model: str = ""
    base_url: str | None = None
    """Of an OpenAI- or Anthropic-compatible server; null for the provider's own."""
    seed: int = 0
    max_tokens: int | None = Field(default=None, ge=1)
    """Most output tokens of one turn, thinking included; null for the brain's own limit."""
    effort: Effort | None = None
    """How hard its model is told to think; null for the model's own default."""
    cache: CacheLife | None = None
    """How long the provider keeps what it has read of the conversation; null for the provider's own default."""

    @property
    def asks_model(self) -> bool:
        """Whether its turns are a provider's, who may want money for them; a recorded run's name is no model."""
        return bool(self.model) and self.kind != "replay"

    @classmethod
    def parse(
        cls, name: str, *, base_url: str | None = None, seed: int = 0, effort: str | None = None, cache: str | None = None
    ) -> "BrainSpec":
        """Read `kind` or `kind:model`, and what it is told.

        Raises:
            BrainError: no such effort, or no such life of a cache; the message lists the known ones.
        """
        kind, _, model = name.partition(":")
        for what, word, known in (("effort", effort, get_args(Effort)), ("life of a prompt cache", cache, get_args(CacheLife))):
            if word is not None and word not in known:
                raise BrainError(f"no {what} {word!r}; known: {', '.join(known)}")
        return cls(
            kind=kind,
            model=model,
            base_url=base_url,
            seed=seed,
            effort=cast(Effort | None, effort),
            cache=cast(CacheLife | None, cache),
        )

    def __str__(self) -> str:
        """Who it is in runs and tables: the same model with another effort is another auditor."""
        name = f"{self.kind}:{self.model}" if self.model else self.kind
        return f"{name}@{self.effort}" if self.effort else name


BrainFactory = Callable[[BrainSpec], Brain]
_FACTORIES: dict[str, BrainFactory] = {}


def register_brain(kind: str, factory: BrainFactory) -> None:
    """Make a kind of brain known.

    Raises:
        ValueError: the kind is known already.
    """
    if kind in _FACTORIES:
        raise ValueError(f"brain {kind!r} is registered twice")
    _FACTORIES[kind] = factory


def check_spec(spec: BrainSpec) -> None:
    """Check that there are brains of that kind, and that this one can be told what it is told; needs no key.

    What is not known of a model, its provider will say.

    Raises:
        BrainError: no such kind, effort or cache; the message lists the known ones.
        RecordError: the user's own file of models cannot be read.
    """
    if spec.kind not in _FACTORIES:
        raise BrainError(f"no brain {spec.kind!r}; known: {', '.join(sorted(_FACTORIES))}")
    name = f"{spec.kind}:{spec.model}" if spec.model else spec.kind
    if spec.cache is not None and spec.kind != "anthropic":
        raise BrainError(f"{name}: only Anthropic's models have a prompt cache whose life can be chosen")
    if spec.effort is None:
        return
    if not spec.asks_model:
        raise BrainError(f"{name} has no effort: it asks no model")
    model = find_model(spec)
    if model is not None and spec.effort not in model.efforts:
        raise BrainError(f"{name} has no effort {spec.effort!r}; known: {', '.join(model.efforts) or 'none can be chosen'}")


def make_brain(spec: BrainSpec) -> Brain:
    """Make a brain. One whose model is known writes no more in a turn than `agent.models` allows, and says what its turns cost.

    Raises:
        BrainError: see `check_spec`, or what the brain needs is missing.
        RecordError: the user's own file of models cannot be read.
    """
    check_spec(spec)
    return priced(_FACTORIES[spec.kind](spec.model_copy(update={"max_tokens": max_output(spec)})), spec)
