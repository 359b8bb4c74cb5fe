"""Asks a server what it answers, once, before its model is adopted: a wrong address or name is told in seconds, not in the audit."""

from collections.abc import Awaitable, Callable

import openai

from organism.answers import CannotAnswerError
from organism.card import Served
from organism.chat import ChatMessage
from organism.endpoint import EndpointModel
from organism.endpoint_errors import EndpointError, EndpointRetries
from organism.foundry.adoption.parts import AdoptionError, ServedModel, check_address
from organism.hub import Location
from organism.model_record import Endpoint

CONTEXT_LENGTH = 4096
"""Taken where neither the user nor the server says."""
ABSENT = {404, 405, 501}
"""Statuses of a path that a server does not have."""


async def probe_endpoint(
    base_url: str,
    model: str,
    *,
    context_length: int | None = None,
    tokenizer: Location | None = None,
    retries: EndpointRetries | None = None,
) -> ServedModel:
    """Find out what the server of a model answers: chat, a prefilled reply, raw text.

    Args:
        base_url: of the server; most end in `/v1`.
        model: its name there.
        context_length: in tokens; what the server says if not given, else 4096.
        tokenizer: with the model's chat template, for user turns.
        retries: what to do about errors that pass.

    Raises:
        EndpointError: the server cannot be reached, or refuses the key or the model.
        AdoptionError: it does not know the model, or answers neither chat nor raw text.
    """
    check_address(base_url)
    retries = retries or EndpointRetries(attempts=2)
    served_model = EndpointModel(base_url, model, context_length=CONTEXT_LENGTH, retries=retries)
    told = await retries.run(lambda: _told_length(served_model))
    hello = ChatMessage(role="user", content="Hello")
    start = ChatMessage(role="assistant", content="I")
    questions: dict[Served, Callable[[], Awaitable[object]]] = {
        "chat": lambda: served_model.chat([[hello]], max_new_tokens=1, temperature=0.0, seeds=[0]),
        "prefill": lambda: served_model.chat([[hello, start]], max_new_tokens=1, temperature=0.0, seeds=[0]),
        "raw": lambda: served_model.complete(["Hello"], max_new_tokens=1, temperature=0.0, seeds=[0]),
    }
    refusals: dict[Served, str] = {}
    for name, question in questions.items():
        if refusal := await _refusal(question):
            refusals[name] = refusal
    if {"chat", "raw"} <= set(refusals):
        raise AdoptionError(f"{base_url} answers neither chat ({refusals['chat']}) nor raw text ({refusals['raw']})")
    length = context_length or told or CONTEXT_LENGTH
    endpoint = Endpoint(base_url=base_url, model=model, context_length=length, tokenizer=tokenizer)
    return ServedModel(endpoint, tuple(name for name in questions if name not in refusals))


async def _refusal(question: Callable[[], Awaitable[object]]) -> str:
    """Why a server does not answer a kind of question; empty if it does."""
    try:
        await question()
    except CannotAnswerError as error:
        return str(error)
    except EndpointError as error:
        if error.status not in ABSENT:
            raise
        return str(error)
    return ""


async def _told_length(model: EndpointModel) -> int | None:
    """The context length that the server tells of a model, as vLLM does.

    Raises:
        AdoptionError: the server lists its models, and this one is not among them.
    """
    async with model.client() as client:
        try:
            listed = [item async for item in client.models.list()]
        except openai.APIStatusError as error:
            if error.status_code in ABSENT:
                return None
            raise
    found = next((item for item in listed if item.id == model.name), None)
    if found is None:
        raise AdoptionError(f"{model.base_url} has no model {model.name!r}; it has: {', '.join(item.id for item in listed[:20]) or 'none'}")
    length = (found.model_extra or {}).get("max_model_len")
    return length if isinstance(length, int) and length > 1 else None
