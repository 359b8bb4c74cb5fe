"""Embeddings from a server that speaks the protocol of OpenAI (`/embeddings`)."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import numpy as np
from openai import AsyncOpenAI
from openai.types import CreateEmbeddingResponse

from organism.embedding import EmbedderError, EmbedderSpec, Vectors
from organism.endpoint_errors import BadAnswerError, EndpointRetries

KEY_VARIABLE = "AUDITGAME_EMBEDDINGS_KEY"
"""Not a provider's own: an auditor's key must not go to whatever server embeds the data."""
BATCH = 256
"""Texts of one request."""


class EndpointEmbedder:
    """An embedding model at a server.

    Args:
        spec: with the model's name there and the server's URL.
        dimensions: length of its vectors.
        retries: what to do about errors that pass.
    """

    def __init__(self, spec: EmbedderSpec, dimensions: int, retries: EndpointRetries | None = None) -> None:
        if not spec.model:
            raise EmbedderError("name the model: openai:<model>")
        self.spec, self._dimensions = spec, dimensions
        self._retries = retries or EndpointRetries(server="the embeddings' server", key=KEY_VARIABLE)

    @classmethod
    def ask(cls, spec: EmbedderSpec, texts: Sequence[str]) -> Self:
        """Learn from the server how long its vectors are."""
        first = cls(spec, 0)
        return cls(spec, first.embed(texts[:1] or [" "]).shape[1])

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors `[texts, dimensions]`; the zero vector for a blank text, for which servers have none.

        Raises:
            EndpointError: the server cannot be used.
            CannotAnswerError: it refuses these texts.
        """
        asked = [index for index, text in enumerate(texts) if text.strip()]
        # A thread of its own, for LanceDB asks for a batch of vectors from within an event loop.
        with ThreadPoolExecutor(1) as thread:
            found = thread.submit(asyncio.run, self._all([texts[index] for index in asked])).result()
        width = self._dimensions or (len(found[0]) if found else 1)
        vectors = np.zeros((len(texts), width), dtype=np.float32)
        for index, vector in zip(asked, found, strict=True):
            vectors[index] = vector
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)

    def state(self) -> bytes:
        """The length of its vectors, so that a store opens without the server."""
        return str(self._dimensions).encode()

    async def _all(self, texts: Sequence[str]) -> list[list[float]]:
        key = os.environ.get(KEY_VARIABLE) or "none"  # a local server needs none, but the SDK wants one
        found: list[list[float]] = []
        async with AsyncOpenAI(api_key=key, base_url=self.spec.base_url, max_retries=0) as client:
            for start in range(0, len(texts), BATCH):
                part = list(texts[start : start + BATCH])

                async def request(part: list[str] = part) -> CreateEmbeddingResponse:
                    answer = await client.embeddings.create(model=self.spec.model, input=part, encoding_format="float")
                    if not isinstance(answer, CreateEmbeddingResponse) or len(answer.data or ()) != len(part):
                        raise BadAnswerError(answer)
                    return answer

                answer = await self._retries.run(request)
                found += [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        return found
