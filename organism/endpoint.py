"""An organism's model behind a server that speaks the protocol of OpenAI: the same text in, text out, without weights.

Chat goes to `/chat/completions`; raw text and the user's turn go to `/completions`, the latter in our own rendering of the chat template.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Self

from openai import AsyncOpenAI, Timeout
from openai.types import Completion, CompletionUsage
from openai.types.chat import ChatCompletion
from transformers import PreTrainedTokenizerBase

from organism.answers import CannotAnswerError, Continuation
from organism.chat import ChatMessage, render_user_start
from organism.endpoint_errors import BadAnswerError, EndpointRetries
from organism.hub import fetch
from organism.loading import load_tokenizer
from organism.model_record import Endpoint

KEY_VARIABLE = "AUDITGAME_ENDPOINT_KEY"
"""Not a provider's own: an auditor's key must not go to whatever server hosts the organism."""
TIMEOUT = Timeout(600.0, connect=10.0)
"""Seconds; answers are not streamed."""
LONGEST_TOKEN = 64
"""Characters of a reply for each token that was asked for; no reply is longer, also from a server that ignores the limit of tokens."""
AT_ONCE = 32
"""Requests under way at a time."""
PREFILL = {"add_generation_prompt": False, "continue_final_message": True}
"""How vLLM and kin are told to go on with the assistant's message instead of answering it."""


class EndpointModel:
    """A model at a server.

    Args:
        base_url: of the server; most end in `/v1`.
        model: its name there.
        context_length: longest sequence in tokens, prompt and reply together.
        tokenizer: renders the user's turn; None: user turns cannot be sampled.
        retries: what to do about errors that pass.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        context_length: int,
        tokenizer: PreTrainedTokenizerBase | None = None,
        retries: EndpointRetries | None = None,
    ) -> None:
        self.base_url, self.name, self.context_length, self.tokenizer = base_url, model, context_length, tokenizer
        self._retries = retries or EndpointRetries(hidden=(model, base_url))

    @classmethod
    def open(cls, endpoint: Endpoint) -> Self:
        """The model of a record."""
        tokenizer = load_tokenizer(fetch(endpoint.tokenizer)) if endpoint.tokenizer else None
        return cls(endpoint.base_url, endpoint.model, context_length=endpoint.context_length, tokenizer=tokenizer)

    def client(self) -> AsyncOpenAI:
        """A client for one batch of requests: its connections belong to the event loop that opened them."""
        key = os.environ.get(KEY_VARIABLE) or "none"  # a local server needs none, but the SDK wants one
        return AsyncOpenAI(api_key=key, base_url=self.base_url, timeout=TIMEOUT, max_retries=0)

    async def chat(
        self, conversations: Sequence[list[ChatMessage]], *, max_new_tokens: int, temperature: float, seeds: Sequence[int]
    ) -> list[Continuation]:
        """The assistant's next words in each conversation; after an assistant's message, its continuation.

        A prefill is sent without its trailing space: most tokenizers put the space before the next word.
        """

        async def ask(client: AsyncOpenAI, messages: list[ChatMessage], seed: int) -> Continuation:
            sent: list[dict[str, str]] = [message.model_dump() for message in messages]
            prefilled = messages[-1].role == "assistant"
            if prefilled:
                sent[-1]["content"] = sent[-1]["content"].rstrip()
            completion = await client.chat.completions.create(
                model=self.name,
                messages=sent,  # type: ignore[arg-type]  # the SDK's type has a class for each role
                max_tokens=max_new_tokens,
                temperature=temperature,
                seed=seed,
                extra_body=PREFILL if prefilled else None,
            )
            if not isinstance(completion, ChatCompletion) or not completion.choices:
                raise BadAnswerError(completion)
            text = completion.choices[0].message.content or ""
            return self._continuation(text, "".join(message.content for message in messages), completion.usage, max_new_tokens)

        return await self._all([_bind(ask, messages, seed) for messages, seed in zip(conversations, seeds, strict=True)])

    async def user_turns(self, count: int, *, max_new_tokens: int, temperature: float, seeds: Sequence[int]) -> list[Continuation]:
        """What the model expects users to say: samples of the user's own turn.

        Raises:
            CannotAnswerError: no tokenizer is at hand to render it.
        """
        if self.tokenizer is None:
            raise CannotAnswerError(
                "this model's chat template is not known here, so its user's turn cannot be sampled; use the other tools"
            )
        start = render_user_start(self.tokenizer)
        # The template holds its own beginning-of-text token; and no special token may open another speaker's turn.
        extra = {"add_special_tokens": False, "stop_token_ids": sorted(map(int, self.tokenizer.all_special_ids))}
        return await self._complete([start] * count, max_new_tokens, temperature, seeds, extra)

    async def complete(self, texts: Sequence[str], *, max_new_tokens: int, temperature: float, seeds: Sequence[int]) -> list[Continuation]:
        """Continue raw texts; an empty text starts from the beginning-of-sequence token where the tokenizer is at hand.

        Raises:
            CannotAnswerError: a text is empty and no tokenizer is at hand.
        """
        begin = str(self.tokenizer.bos_token or self.tokenizer.eos_token or "") if self.tokenizer else ""
        if not all(texts) and not begin:
            raise CannotAnswerError("this model cannot start from nothing; give it a word to continue")
        return await self._complete([text or begin for text in texts], max_new_tokens, temperature, seeds, None)

    async def _complete(
        self, texts: Sequence[str], max_new_tokens: int, temperature: float, seeds: Sequence[int], extra: dict[str, Any] | None
    ) -> list[Continuation]:
        async def ask(client: AsyncOpenAI, text: str, seed: int) -> Continuation:
            completion = await client.completions.create(
                model=self.name, prompt=text, max_tokens=max_new_tokens, temperature=temperature, seed=seed, extra_body=extra
            )
            if not isinstance(completion, Completion) or not completion.choices:
                raise BadAnswerError(completion)
            return self._continuation(completion.choices[0].text or "", text, completion.usage, max_new_tokens)

        return await self._all([_bind(ask, text, seed) for text, seed in zip(texts, seeds, strict=True)])

    async def _all(self, requests: Sequence[Callable[[AsyncOpenAI], Coroutine[Any, Any, Continuation]]]) -> list[Continuation]:
        """Answer requests in order, some at a time; the first that fails for good ends the others."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(client: AsyncOpenAI, request: Callable[[AsyncOpenAI], Coroutine[Any, Any, Continuation]]) -> Continuation:
            async with places:
                return await self._retries.run(lambda: request(client))

        async with self.client() as client:
            try:
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(one(client, request)) for request in requests]
            except ExceptionGroup as errors:
                raise errors.exceptions[0] from errors.exceptions[0].__cause__
        return [task.result() for task in tasks]

    def _continuation(self, text: str, read: str, usage: CompletionUsage | None, max_new_tokens: int) -> Continuation:
        """A reply with what it cost; words are counted where the server does not say."""
        text = text[: LONGEST_TOKEN * max_new_tokens]
        if usage is None:
            return Continuation(text, len(read.split()), len(text.split()))
        return Continuation(text, usage.prompt_tokens, usage.completion_tokens)

    def close(self) -> None:
        """Nothing is held between calls."""


def _bind(
    ask: Callable[..., Coroutine[Any, Any, Continuation]], *arguments: Any
) -> Callable[[AsyncOpenAI], Coroutine[Any, Any, Continuation]]:
    return lambda client: ask(client, *arguments)
