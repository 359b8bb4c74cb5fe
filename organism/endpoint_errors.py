"""What an error of an organism's server means: it passes, the question cannot be answered as put, or nothing more can be had from it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import httpx2
import openai
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from organism.answers import CannotAnswerError, PromptTooLongError
from organism.places import OrganismError

Result = TypeVar("Result")
TRANSIENT = {408, 409, 429}
"""Statuses that pass, with all from 500 on but 501 (the server cannot do that at all)."""
REFUSED = {400, 413, 422}
"""Statuses of a question that this server does not answer, where it may answer others."""
TOO_LONG = ("maximum context length", "context_length_exceeded", "max_model_len", "exceeds the available context size")
ADVICE = {
    401: "set {key} to the server's key",
    403: "this key may not use that model",
    404: "check --endpoint (most end in /v1) and --model",
    429: "raise the limit or the credit at the server",
}
LONGEST = 300
"""Characters of a server's message that are kept."""


class EndpointError(OrganismError):
    """The server of an organism cannot be used; the message says what to do. The audit stops there and can be resumed.

    Attributes:
        status: HTTP status of the server's answer; 0 where there was none.
        may_pass: whether the server may answer the same later.
    """

    def __init__(self, message: str, *, status: int = 0, may_pass: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.may_pass = may_pass


class BadAnswerError(Exception):
    """HTTP 200 without an answer in it."""

    def __init__(self, answer: object) -> None:
        said = getattr(answer, "model_extra", None) or {}
        super().__init__(f"the server's answer has no text in it: {str(said.get('error', answer))[:LONGEST]}")


@dataclass(frozen=True)
class EndpointRetries:
    """How often to try again."""

    hidden: tuple[str, ...] = ()
    """Words that an auditor must not read in a server's message: the model's name gives away what is sealed."""
    server: str = "the organism's server"
    """What messages call it."""
    key: str = "AUDITGAME_ENDPOINT_KEY"
    """The variable that holds its key."""
    attempts: int = 6
    """Requests made in all."""
    first: float = 1.0
    """Seconds before the second request; doubled for each one after it, up to 60."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: random.Random = field(default_factory=random.Random)

    async def run(self, request: Callable[[], Awaitable[Result]]) -> Result:
        """Make a request until it succeeds, fails for good, or was tried often enough.

        Raises:
            CannotAnswerError: the server refuses this very question.
            EndpointError: the server cannot be used.
        """
        retrying = AsyncRetrying(
            sleep=self.sleep,
            wait=self._wait,
            stop=stop_after_attempt(self.attempts),
            retry=retry_if_exception(passes),
            reraise=True,
        )

        async def attempt() -> Result:  # what tenacity takes for an asynchronous function: a lambda is none
            return await request()

        try:
            return await retrying(attempt)
        except openai.APIStatusError as error:
            raise self._status_error(error) from error
        except (CannotAnswerError, OrganismError):
            raise
        except (openai.OpenAIError, httpx2.TransportError, BadAnswerError, ValueError) as error:
            raise EndpointError(
                f"{self.server}: {_reason(error)}; is it running, and is --endpoint right?", may_pass=passes(error)
            ) from error

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.response.headers.get("retry-after", "") if isinstance(error, openai.APIStatusError) else ""
        backoff = min(60.0, self.first * 2.0 ** (state.attempt_number - 1)) * self.jitter.uniform(0.5, 1.0)
        return max(backoff, min(60.0, float(asked)) if asked.replace(".", "", 1).isdigit() else 0.0)

    def _status_error(self, error: openai.APIStatusError) -> Exception:
        message = " ".join(error.message.split())
        if error.status_code in REFUSED:
            if any(words in message or words == error.code for words in TOO_LONG):
                return PromptTooLongError("the text and the reply are together longer than this model can read; ask with less")
            for word in self.hidden:
                message = message.replace(word, "…")
            return CannotAnswerError(f"the model's server refuses this request (HTTP {error.status_code}): {message[:LONGEST]}")
        advice = ADVICE.get(error.status_code, "").format(key=self.key)
        return EndpointError(
            f"{self.server}: HTTP {error.status_code}: {message[:LONGEST]}{f'; {advice}' if advice else ''}",
            status=error.status_code,
            may_pass=passes(error),
        )


def passes(error: BaseException) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        return (status in TRANSIENT or (status >= 500 and status != 501)) and error.code != "insufficient_quota"
    if isinstance(error, openai.APIConnectionError):
        return not isinstance(error.__cause__, httpx2.UnsupportedProtocol)
    # A stream's end in the middle arrives raw; a body that is no JSON is the SDK's ValueError; routers report upstream errors under 200.
    return isinstance(error, httpx2.TransportError | BadAnswerError) or type(error).__name__ == "JSONDecodeError"


def _reason(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else None
    text = " ".join(str(cause or error).split())[:LONGEST]
    return f"{type(cause or error).__name__}: {text}"
