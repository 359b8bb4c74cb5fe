"""The protocol of a brain (what decides the next turn), its errors, and the registry of brains."""

from collections.abc import Callable, Sequence
from typing import Protocol

from pydantic import Field

from agent.messages import Message, ToolSpec, Turn
from agent.models import max_output
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

    @property
    def asks_model(self) -> bool:
        """Whether its turns are a provider's, who may want money for them; a recorded run's name is no model."""
        return bool(self.model) and self.kind != "replay"

    @classmethod
    def parse(cls, name: str, *, base_url: str | None = None, seed: int = 0) -> "BrainSpec":
        """Read `kind` or `kind:model`."""
        kind, _, model = name.partition(":")
        return cls(kind=kind, model=model, base_url=base_url, seed=seed)

    def __str__(self) -> str:
        return f"{self.kind}:{self.model}" if self.model else self.kind


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


def check_kind(spec: BrainSpec) -> None:
    """Check that there are brains of that kind; needs no key.

    Raises:
        BrainError: there are none; the message lists the known kinds.
    """
    if spec.kind not in _FACTORIES:
        raise BrainError(f"no brain {spec.kind!r}; known: {', '.join(sorted(_FACTORIES))}")


def make_brain(spec: BrainSpec) -> Brain:
    """Make a brain. One whose model is known writes no more in a turn than `agent.models` allows, and says what its turns cost.

    Raises:
        BrainError: unknown kind (the message lists the known ones), or what the brain needs is missing.
        RecordError: the user's own file of models cannot be read.
    """
    check_kind(spec)
    return priced(_FACTORIES[spec.kind](spec.model_copy(update={"max_tokens": max_output(spec)})), spec)
