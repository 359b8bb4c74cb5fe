"""The brain that asks OpenAI's models, or any server that speaks OpenAI's protocol. The two protocols have a module each."""

import os
from collections.abc import Sequence
from functools import partial
from typing import Literal

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

from agent.brain import Brain, BrainError, BrainSpec
from agent.brains import openai_chat, openai_responses
from agent.messages import Message, ToolSpec, Turn
from agent.models import Effort
from agent.retry import Retries, is_context_full

Protocol = Literal["chat", "responses"]
ASK = {"chat": openai_chat.ask, "responses": openai_responses.ask}
TIMEOUT = Timeout(1800.0, connect=10.0)
"""Seconds of silence in a stream: a reasoning model, or a long prompt on a slow server, may take many minutes to the first word."""


class OpenAIBrain:
    """Decides with an OpenAI model (`responses`) or with a compatible server (`chat`)."""

    def __init__(
        self,
        model: str,
        *,
        client: AsyncOpenAI,
        protocol: Protocol,
        retries: Retries | None = None,
        max_tokens: int | None = None,
        effort: Effort | None = None,
    ):
        self._model = model
        self._client = client.with_options(max_retries=0)
        self._ask = partial(ASK[protocol], max_tokens=max_tokens, effort=effort)
        self._retries = retries or Retries()

    async def decide(self, system: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        """See `Brain.decide`."""
        try:
            return await self._retries.run(lambda: self._ask(self._client, self._model, system, messages, tools), f"openai:{self._model}")
        except BrainError as error:
            if is_context_full(error.__cause__):
                return Turn(message=Message(role="assistant"), stop="context", detail=str(error))
            raise


def make_openai(spec: BrainSpec) -> Brain:
    """Make the brain `openai:<model>`: the Responses API of OpenAI itself, or Chat Completions of the server at `base_url`.

    The key comes from OPENAI_API_KEY; a server at `base_url` may need none.

    Raises:
        BrainError: the model or the key is missing.
    """
    if not spec.model:
        raise BrainError("this brain needs a model: openai:<model>")
    key = os.environ.get("OPENAI_API_KEY")
    if not key and spec.base_url is None:
        raise BrainError(f"{spec} needs a key: set OPENAI_API_KEY")
    # Its own one, when it is thrown away, closes its connections in whatever loop is running then, and asyncio complains aloud.
    connections = DefaultAsyncHttpxClient(timeout=TIMEOUT)
    client = AsyncOpenAI(api_key=key or "none", base_url=spec.base_url, timeout=TIMEOUT, http_client=connections)
    protocol: Protocol = "responses" if spec.base_url is None else "chat"
    return OpenAIBrain(spec.model, client=client, protocol=protocol, max_tokens=spec.max_tokens, effort=spec.effort)
