"""What is known of language models: their limits and prices, from a data file that users extend with their own. It asks no provider."""

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import platformdirs
import yaml
from pydantic import Field, ValidationError

from transcripts import Record, RecordError, describe

if TYPE_CHECKING:
    from agent.brain import BrainSpec

OURS = Path(__file__).with_name("models.yaml")
VARIABLE = "AUDITGAME_MODELS"
"""Environment variable with the path of the user's own file."""
DATE = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest)")
"""What a provider hangs on a family's name to say which day's model is meant."""
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
"""How hard a model is told to think, in the words of all providers; each model has some of them."""
CacheLife = Literal["5m", "1h"]
"""How long a provider keeps what it has read of a prompt."""
MAX_OUTPUT = 32_000
"""Output tokens of one turn if nobody says otherwise, thinking included: enough for any report, and it bounds what a turn may cost."""


class Prices(Record):
    """Dollars per million tokens."""

    input: float = Field(ge=0)
    """Read afresh."""
    cached_read: float = Field(ge=0)
    cache_write: float = Field(ge=0)
    """Of the life that a cache has if nobody says otherwise."""
    cache_write_hour: float | None = Field(default=None, ge=0)
    """Of a cache that lives one hour; null where there is none."""
    output: float = Field(ge=0)
    """Written, thinking included."""


class LongPrices(Prices):
    """Dollars per million tokens of a whole request that is long."""

    above: int = Field(ge=1)
    """Input tokens, cached or not, above which these prices hold."""


class Model(Record):
    """One model, or a family whose dated members do not differ in what stands here."""

    name: str
    provider: Literal["anthropic", "openai"]
    """The kind of brain that asks it."""
    context_tokens: int = Field(ge=1)
    """Most tokens that one request reads and writes."""
    max_output_tokens: int = Field(ge=1)
    """Most tokens of one answer."""
    thinking: Literal["adaptive", "budget"] | None = None
    """How it thinks before it answers: as long as it finds right, or within a number of tokens and only when told. Null: it does not.
    Thinking is paid as output."""
    efforts: tuple[Effort, ...] = ()
    """How hard it can be told to think; `none` is not at all."""
    prices: Prices | None = None
    """Null where nobody is paid by the token, or no price is known."""
    long_prices: LongPrices | None = None
    """Null where long requests cost no more."""

    def cached_for(self, life: CacheLife | None) -> "Model":
        """The model as it is paid with a prompt cache of that life; without prices where none is known for it."""
        if life != "1h" or self.prices is None:
            return self
        hour, long = self.prices.cache_write_hour, self.long_prices
        if hour is None or (long is not None and long.cache_write_hour is None):
            return self.model_copy(update={"prices": None, "long_prices": None})
        prices = self.prices.model_copy(update={"cache_write": hour})
        return self.model_copy(
            update={"prices": prices, "long_prices": long and long.model_copy(update={"cache_write": long.cache_write_hour})}
        )


def own_file() -> Path:
    """The user's own file of models, whether it is there or not: `$AUDITGAME_MODELS`, or `models.yaml` in the user's config folder."""
    return Path(os.environ.get(VARIABLE) or platformdirs.user_config_path("auditgame") / "models.yaml")


def find_model(spec: "BrainSpec") -> Model | None:
    """What is known of a brain's model: by its name, or by its family's where it is dated; null where nothing is.

    Its prices are those with the brain's prompt cache. A server at `base_url` may serve anything under any name at any price, so there
    only the user's own file counts.

    Raises:
        RecordError: the user's file cannot be read; file and field are named.
    """
    own = _own()
    known = {**_models(OURS), **own} if spec.base_url is None else own
    fits = [model for name, model in known.items() if model.provider == spec.kind and _is_named(spec.model, name)]
    found = max(fits, key=lambda model: len(model.name), default=None)
    return found and found.cached_for(spec.cache)


def _is_named(name: str, family: str) -> bool:
    return name == family or (name.startswith(family) and DATE.fullmatch(name[len(family) :]) is not None)


def max_output(spec: "BrainSpec") -> int | None:
    """Most output tokens of one turn of a brain; null where only its server knows."""
    model = find_model(spec)
    allowed = None if model is None else model.max_output_tokens
    if spec.max_tokens is not None or allowed is None:
        return spec.max_tokens
    return min(MAX_OUTPUT, allowed)


def how_to_price(spec: "BrainSpec") -> str:
    """Where a user says what a model costs."""
    return f"name {spec.model} with its prices in {own_file()} (its form is that of {OURS})"


def _own() -> dict[str, Model]:
    path = own_file()
    if path.is_file():
        return _models(path, path.stat().st_mtime_ns)
    if os.environ.get(VARIABLE):
        raise RecordError(f"{path}: no such file (${VARIABLE} names it)")
    return {}


@cache
def _models(path: Path, changed: int = 0) -> dict[str, Model]:  # noqa: ARG001 - a file that changed is read again
    """The models of a file; one that is ours too keeps of ours what the file does not say."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise RecordError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict):
        raise RecordError(f"{path}: not a mapping of models by name")
    return {str(name): _model(path, str(name), fields) for name, fields in found.items()}


def _model(path: Path, name: str, fields: Any) -> Model:
    ours = {} if path == OURS else _models(OURS)
    base = ours[name].model_dump() if name in ours else {}
    try:
        return Model.model_validate({**base, "name": name, **fields} if isinstance(fields, dict) else fields)
    except ValidationError as error:
        raise RecordError(f"{path}: {name}: {describe(error)}") from error
