"""The one layer of retries around LLM providers: which error passes by itself, which needs minutes, which never will.

It knows the errors of both SDKs, and nothing of conversations. The SDKs' own retries are off, so that no error is retried twice.
"""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

import anthropic
import httpx2
import openai
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from agent.brain import BrainError

Result = TypeVar("Result")
LOGGER = logging.getLogger(__name__)
"""Told of each wait, so that whoever watches knows why nothing happens."""
LONGEST_REASON = 300
"""Characters of a provider's message that are kept: some proxies answer with a page of HTML."""


class Kind(StrEnum):
    """What to do about an error."""

    TRANSIENT = "transient"
    """Try again soon, a few times."""
    WAIT = "wait"
    """Try again for minutes: the provider is overloaded, or our rate is too high."""
    PERMANENT = "permanent"
    """Waiting does not help."""


CONTEXT_FULL = "context_length_exceeded"
"""OpenAI's name for a conversation that is longer than the model's context."""

# A name that the provider gives decides before the status does: 429 may mean "slow down" or "the money is spent",
# and an error inside a stream has status 200.
BY_NAME: dict[str, Kind] = {
    "enforced_spend_limit_reached": Kind.PERMANENT,
    "contract_spend_limit_reached": Kind.PERMANENT,
    "insufficient_quota": Kind.PERMANENT,
    "billing_hard_limit_reached": Kind.PERMANENT,
    "billing_not_active": Kind.PERMANENT,
    CONTEXT_FULL: Kind.PERMANENT,
    "overloaded_error": Kind.WAIT,
    "rate_limit_error": Kind.WAIT,
    "rate_limit_exceeded": Kind.WAIT,
    "ramp_limit_exceeded": Kind.WAIT,
    "server_is_overloaded": Kind.WAIT,
    "slow_down": Kind.WAIT,
    "cmek_context_unavailable": Kind.WAIT,
    "api_error": Kind.TRANSIENT,
    "timeout_error": Kind.TRANSIENT,
    "server_error": Kind.TRANSIENT,
    "vector_store_timeout": Kind.TRANSIENT,
    "broken_reply": Kind.TRANSIENT,
}
BY_STATUS: dict[int, Kind] = {
    408: Kind.TRANSIENT,
    409: Kind.TRANSIENT,
    429: Kind.WAIT,
    501: Kind.PERMANENT,
    503: Kind.WAIT,
    529: Kind.WAIT,
}
"""Any other 5xx is transient, any other status is permanent."""
ADVICE: dict[int, str] = {
    401: "check the API key",
    402: "add credit to the account",
    403: "this key may not use that model",
    404: "check the model's name and the base URL",
    413: "the conversation is too large for the provider",
    429: "raise the limit or the credit at the provider",
}


class BadReplyError(Exception):
    """A reply under HTTP 200 that is no answer: a stream cut short, unreadable JSON, a response that says it failed."""

    def __init__(self, reason: str, *, code: str = "broken_reply", request_id: str | None = None):
        super().__init__(reason)
        self.code = code
        self.request_id = request_id


@dataclass(frozen=True)
class Fault:
    """An error as data."""

    kind: Kind
    reason: str
    """One line, with the request id where there is one."""
    retry_after: float = 0.0
    """Seconds that the provider asks to wait; 0 when it does not say."""


def classify(error: BaseException) -> Fault | None:
    """What an error means; None for one that is not a provider's (a bug of ours, a cancellation)."""
    if isinstance(error, BadReplyError):
        return Fault(BY_NAME.get(error.code, Kind.PERMANENT), _line(str(error), request_id=error.request_id))
    if isinstance(error, anthropic.APIStatusError):
        return _status_fault(error, (error.error_code, error.type), error.api_message or error.message)
    if isinstance(error, openai.APIStatusError):
        return _status_fault(error, (error.code, error.type), error.message)
    if type(error) is openai.APIError:  # an error inside a stream; routers put a status where OpenAI puts a name
        names = (error.code, error.type)
        status = int(error.code) if error.code and error.code.isdecimal() else 400 if "invalid_request_error" in names else 500
        return Fault(_kind(names, status), _line(f"error in the stream{_name(names)}: {error.message}"))
    if isinstance(error, (anthropic.APIConnectionError, openai.APIConnectionError, httpx2.TransportError)):
        # The SDKs hide the cause behind "Connection error."; a stream's errors arrive raw.
        cause = error if isinstance(error, httpx2.TransportError) else error.__cause__
        kind = Kind.PERMANENT if isinstance(cause, httpx2.UnsupportedProtocol) else Kind.TRANSIENT
        return Fault(kind, _line(f"no connection: {type(cause or error).__name__}: {cause or error}"))
    if isinstance(error, (anthropic.AnthropicError, openai.OpenAIError)):
        return Fault(Kind.PERMANENT, _line(f"{type(error).__name__}: {error}"))
    return None


def is_context_full(error: BaseException | None) -> bool:
    """Whether the provider refused a request because the conversation is longer than the model's context.

    OpenAI has a code for it; Anthropic and vLLM have only a sentence. An unknown sentence stays an ordinary permanent error.
    """
    if isinstance(error, BadReplyError):
        return error.code == CONTEXT_FULL
    if isinstance(error, openai.APIError):
        return error.code == CONTEXT_FULL or "maximum context length" in error.message
    return isinstance(error, anthropic.BadRequestError) and "prompt is too long" in (error.api_message or "")


def _status_fault(error: anthropic.APIStatusError | openai.APIStatusError, names: tuple[str | None, ...], message: str) -> Fault:
    status = error.status_code
    kind = _kind(names, status)
    reason = f"HTTP {status}{_name(names)}: {message}"
    advice = ADVICE.get(status, "") if kind is Kind.PERMANENT else ""
    return Fault(kind, _line(reason, request_id=error.request_id, advice=advice), _retry_after(error.response.headers))


def _kind(names: tuple[str | None, ...], status: int) -> Kind:
    by_status = BY_STATUS.get(status, Kind.TRANSIENT if status >= 500 else Kind.PERMANENT)
    return next((BY_NAME[name] for name in names if name in BY_NAME), by_status)


def _name(names: tuple[str | None, ...]) -> str:
    return next((f" {name}" for name in names if name), "")


def _line(reason: str, *, request_id: str | None = None, advice: str = "") -> str:
    line = " ".join(reason.split())
    if len(line) > LONGEST_REASON:
        line = line[:LONGEST_REASON] + "…"
    return line + (f" (request {request_id})" if request_id else "") + (f"; {advice}" if advice else "")


def _retry_after(headers: httpx2.Headers) -> float:
    """Seconds asked for; a date (which neither provider sends) counts as nothing asked."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) * unit)
        except ValueError:
            continue
    return 0.0


@dataclass(frozen=True)
class Retries:
    """How often and how long to try again."""

    attempts: int = 6
    """Requests made in all when each fails with a transient error."""
    patience: float = 1200.0
    """Seconds after the first request beyond which no more waiting begins."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    """Seconds; only differences count."""
    jitter: random.Random = field(default_factory=random.Random)
    """Spreads the retries of matches that run side by side."""

    async def run(self, request: Callable[[], Awaitable[Result]], who: str) -> Result:
        """Make a request until it succeeds, fails for good, or patience ends.

        Args:
            request: makes the request anew each time.
            who: the brain's name, for the error.

        Raises:
            BrainError: permanent, or still failing after the last try; its cause is the provider's error.
        """
        started = self.clock()
        spent: Counter[Kind] = Counter()

        def delay(state: RetryCallState) -> float:
            fault = _fault_of(state)
            first, longest = (5.0, 60.0) if fault.kind is Kind.WAIT else (1.0, 30.0)
            # 2**6 is over both ceilings; without a bound on the exponent a long wait would overflow.
            backoff = min(longest, first * 2.0 ** min(spent[fault.kind], 6))
            return max(fault.retry_after, self.jitter.uniform(0.5, 1.0) * backoff)

        def gives_up(state: RetryCallState) -> bool:
            spent[_fault_of(state).kind] += 1
            return spent[Kind.TRANSIENT] >= self.attempts or self.clock() - started + state.upcoming_sleep > self.patience

        def say(state: RetryCallState) -> None:
            LOGGER.warning("%s: %s; next try in %.0f s", who, _fault_of(state).reason, state.upcoming_sleep)

        async def attempt() -> Result:
            return await request()

        retrying = AsyncRetrying(
            sleep=self.sleep, wait=delay, stop=gives_up, before_sleep=say, retry=retry_if_exception(_may_pass), reraise=True
        )
        try:
            return await retrying(attempt)
        except Exception as error:
            fault = classify(error)
            if fault is None:
                raise
            tries = sum(spent.values())
            tried = f" (gave up after {tries} tries in {self.clock() - started:.0f} s)" if fault.kind is not Kind.PERMANENT else ""
            raise BrainError(f"{who}: {fault.reason}{tried}", may_pass=fault.kind is not Kind.PERMANENT) from error


def _may_pass(error: BaseException) -> bool:
    fault = classify(error)
    return fault is not None and fault.kind is not Kind.PERMANENT


def _fault_of(state: RetryCallState) -> Fault:
    error = state.outcome.exception() if state.outcome else None
    fault = classify(error) if error else None
    if fault is None:
        raise AssertionError("tenacity asked how to wait after something that is not retried")
    return fault
