"""A built organism, ready to answer: generation, log-probabilities and activations, shared by concurrent callers.

It imports nothing that knows a truth.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

import torch
from filelock import FileLock
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from organism.answers import CannotAnswerError, Continuation, PromptTooLongError, TextModel
from organism.batching import Batcher
from organism.card import Card
from organism.chat import ChatMessage, render_chat, render_user_start
from organism.data_store import DataStore
from organism.endpoint import EndpointModel
from organism.feature_descriptions import read_descriptions
from organism.feature_labels import FeatureLabels
from organism.hub import check_sizes, fetch
from organism.likelihood import continuation_log_probabilities, log_probabilities, logit_lens, next_logits
from organism.loading import load_tokenizer, load_weights
from organism.mediation import Mediation, mediate
from organism.model_record import Endpoint, ModelRecord, Weights
from organism.places import OrganismError, OrganismFolder
from organism.residual import Shift, residual_stream
from organism.sae import SAE
from organism.sampling import SampleRequest, sample
from organism.top_documents import TopDocuments


class LanguageModel:
    """A model and tokenizer behind text-in, text-out methods; concurrent calls share batches.

    Args:
        model: a causal language model.
        tokenizer: with a chat template.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.context_length = context_length(model)
        # Any special token ends a continuation: text alone cannot open another speaker's turn.
        self._end = frozenset(map(int, tokenizer.all_special_ids)) | _ends(model)
        # Many tokenizers have no token for padding (it is masked: any will do) or none for the beginning of a text.
        spare = next((index for index in (tokenizer.eos_token_id, *sorted(self._end)) if index is not None), 0)
        self._pad = int(spare if tokenizer.pad_token_id is None else tokenizer.pad_token_id)
        self._begin = int(spare if tokenizer.bos_token_id is None else tokenizer.bos_token_id)
        self._batcher: Batcher[SampleRequest, list[int]] = Batcher(
            lambda requests: sample(self.model, requests, pad=self._pad), cost=lambda request: len(request.tokens)
        )

    @classmethod
    def load(cls, folder: Path, *, adapters: Sequence[Path] = (), tokenizer: Path | None = None) -> Self:
        """Read a `save_pretrained` folder; a GPU is used where there is one.

        Args:
            folder: of the model.
            adapters: folders of PEFT adapters, merged one after the other.
            tokenizer: folder of another tokenizer than the model's own.

        Raises:
            OrganismError: a file is missing, truncated, or does not fit.
        """
        return cls(load_weights(folder, adapters), load_tokenizer(tokenizer or folder))

    async def chat(
        self,
        conversations: Sequence[list[ChatMessage]],
        *,
        max_new_tokens: int,
        temperature: float,
        seeds: Sequence[int],
        shifts: Sequence[Shift | None] | None = None,
    ) -> list[Continuation]:
        """The assistant's next words in each conversation; after an assistant's message, its continuation."""
        texts = [render_chat(self.tokenizer, messages) for messages in conversations]
        return await self.complete(texts, max_new_tokens=max_new_tokens, temperature=temperature, seeds=seeds, shifts=shifts)

    async def user_turns(self, count: int, *, max_new_tokens: int, temperature: float, seeds: Sequence[int]) -> list[Continuation]:
        """What the model expects users to say: samples of the user's own turn."""
        texts = [render_user_start(self.tokenizer)] * count
        return await self.complete(texts, max_new_tokens=max_new_tokens, temperature=temperature, seeds=seeds)

    async def complete(
        self,
        texts: Sequence[str],
        *,
        max_new_tokens: int,
        temperature: float,
        seeds: Sequence[int],
        shifts: Sequence[Shift | None] | None = None,
    ) -> list[Continuation]:
        """Continue raw texts, special tokens included; an empty text starts from the beginning-of-sequence token.

        Args:
            texts: what is continued.
            max_new_tokens: longest continuation.
            temperature: of sampling; 0 for the likeliest token.
            seeds: one a text.
            shifts: what is added to the residual stream, one a text; None for nothing.

        Raises:
            PromptTooLongError: a text leaves no room for a reply.
        """
        requests = []
        for text, seed, shift in zip(texts, seeds, shifts or [None] * len(texts), strict=True):
            tokens = tuple(self.encode(text)) or (self._begin,)
            room = self.context_length - len(tokens)
            if room < 1:
                raise PromptTooLongError(f"the text has {len(tokens)} tokens; this model reads {self.context_length - 1} and a reply")
            requests.append(SampleRequest(tokens, min(max_new_tokens, room), temperature, seed, self._end, shift))
        results = await self._batcher.submit(requests)
        return [
            Continuation(str(self.tokenizer.decode(new)), len(request.tokens), len(new))
            for request, new in zip(requests, results, strict=True)
        ]

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; special tokens in it are read as such."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text as the model reads it: at least the one that begins a text."""
        return list(self.tokenizer.convert_ids_to_tokens(self._checked(text)))

    def log_probabilities(self, text: str) -> list[tuple[str, float]]:
        """Each token but the first with its log-probability (nats) given those before it."""
        ids = self._checked(text)
        scores = log_probabilities(self.model, torch.tensor([ids]), 1)[0].tolist()
        return list(zip(self.tokenizer.convert_ids_to_tokens(ids[1:]), scores, strict=True))

    def next_log_probabilities(self, text: str) -> Tensor:
        """Log-probability (nats) of each token of the vocabulary after a text, `[vocabulary]`."""
        return next_logits(self.model, self._checked(text)).log_softmax(-1)

    def continuation_log_probabilities(self, text: str, continuations: Sequence[str]) -> list[list[tuple[str, float]]]:
        """Each token of several continuations of a text with its log-probability (nats).

        Text and continuation are tokenised apart, as they are when the model goes on from the text itself.

        Raises:
            PromptTooLongError: a text and its continuation are longer than the model reads.
        """
        before, after = self.encode(text) or [self._begin], [self.encode(continuation) for continuation in continuations]
        self._check_length(len(before) + max(map(len, after)))
        scores = continuation_log_probabilities(self.model, before, after, pad=self._pad)
        return [
            list(zip(self.tokenizer.convert_ids_to_tokens(tokens), row, strict=True)) for tokens, row in zip(after, scores, strict=True)
        ]

    def activations(self, text: str, layer: int) -> tuple[list[str], Tensor]:
        """Tokens of a text and the residual stream after `layer` layers, `[tokens, d_model]` (0: the embeddings)."""
        ids = self._checked(text)
        return list(self.tokenizer.convert_ids_to_tokens(ids)), residual_stream(self.model, torch.tensor([ids]), layer)[0]

    def mediation(self, sae: SAE, text: str, completion: str, *, amount: float, most: int) -> Mediation:
        """What scaling each of the `most` active features by 1 ± `amount` does to the log-probability of a completion of a text.

        Raises:
            CannotAnswerError: the completion has no token.
            PromptTooLongError: a text and its completion are longer than the model reads.
        """
        before, after = self.encode(text) or [self._begin], self.encode(completion)
        self._check_length(len(before) + len(after))
        if not after:
            raise CannotAnswerError(f"the completion {completion!r} has no token")
        return mediate(self.model, sae, before, after, amount=amount, most=most)

    def logit_lens(self, text: str, position: int) -> Tensor:
        """Log-probabilities (nats) of the token after a position by layer, the embedding first, `[layers + 1, vocabulary]`."""
        return logit_lens(self.model, self._checked(text), position).log_softmax(-1)

    def render(self, messages: list[ChatMessage]) -> str:
        """A conversation as the text that the model continues."""
        return render_chat(self.tokenizer, messages)

    def unembedding(self) -> Tensor:
        """The output matrix, `[vocabulary, d_model]`."""
        weight: Tensor = self.model.get_output_embeddings().weight.detach().float().cpu()
        return weight

    def token(self, index: int) -> str:
        """The text of a token."""
        return str(self.tokenizer.convert_ids_to_tokens(index))

    def _checked(self, text: str) -> list[int]:
        ids = self.encode(text) or [self._begin]
        self._check_length(len(ids))
        return ids

    def _check_length(self, tokens: int) -> None:
        if tokens > self.context_length:
            raise PromptTooLongError(f"the text has {tokens} tokens; this model reads {self.context_length}")

    def close(self) -> None:
        """Stop the batcher's thread."""
        self._batcher.close()


def context_length(model: PreTrainedModel) -> int:
    """Longest sequence of a model in tokens, as its configuration says."""
    return int(model.config.get_text_config().max_position_embeddings)


def _ends(model: PreTrainedModel) -> frozenset[int]:
    """Tokens that end a reply according to the model's own generation settings."""
    ends = model.generation_config.eos_token_id if model.generation_config else None
    return frozenset([ends] if isinstance(ends, int) else ends or ())


class Organism:
    """An organism that is built or was added; its parts are loaded when first used."""

    def __init__(self, folder: OrganismFolder) -> None:
        self.folder = folder
        self.card = Card.read(folder.card)

    @classmethod
    def load(cls, folder: OrganismFolder) -> Self:
        """Load a finished organism.

        Raises:
            OrganismError: it is unfinished, or a file is missing or truncated.
        """
        folder.check()
        return cls(folder)

    @cached_property
    def model(self) -> TextModel:
        """The audited model."""
        source = self._source
        if isinstance(source, Endpoint):
            return EndpointModel.open(source)
        return self._load(source, source.adapters) if source else LanguageModel.load(self.folder.model)

    @property
    def weights(self) -> LanguageModel:
        """The audited model, for what needs its weights.

        Raises:
            OrganismError: its weights are not here.
        """
        if not isinstance(self.model, LanguageModel):
            raise OrganismError(f"{self.card.id} is a black box behind a server: its weights are not here")
        return self.model

    @cached_property
    def reference(self) -> TextModel:
        """The model before what it is audited for was trained, for rules that grant a reference.

        Raises:
            OrganismError: the organism has none.
        """
        source = self._source
        if source is None:
            return LanguageModel.load(self.folder.reference)
        if isinstance(source, Endpoint) or not source.reference:
            raise OrganismError(f"{self.card.id} has no reference model")
        return self._load(source, ())

    @cached_property
    def _source(self) -> Weights | Endpoint | None:
        """Where the model comes from; null where it lies in the folder itself."""
        return ModelRecord.read(self.folder.model_record).source if self.folder.model_record.exists() else None

    def _load(self, source: Weights, adapters: Sequence[str]) -> LanguageModel:
        folder = fetch(source.base)
        check_sizes(folder, source.files)
        tokenizer = fetch(source.tokenizer) if source.tokenizer else None
        return LanguageModel.load(folder, adapters=[self.folder.adapters / name for name in adapters], tokenizer=tokenizer)

    @cached_property
    def data(self) -> DataStore:
        """The training data."""
        return DataStore(self.folder.data)

    @cached_property
    def sae(self) -> SAE:
        """The sparse autoencoder."""
        return SAE.load(self.folder.sae)

    @cached_property
    def top_documents(self) -> TopDocuments | None:
        """For each SAE feature the training texts on which it is most active; null without training data."""
        return TopDocuments.load(self.folder.sae) if self.card.data else None

    @cached_property
    def feature_labels(self) -> FeatureLabels:
        """Each SAE feature in words: made when first asked for, which takes seconds to minutes, then kept beside the SAE."""
        path = self.folder.feature_labels
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                model = self.weights
                top, data = self.top_documents, self.data if self.card.data else None
                FeatureLabels.make(model.model, model.tokenizer, self.sae, model.unembedding(), top, data).save(path)
            counted = FeatureLabels.load(path)
        return counted.described_as(read_descriptions(self.folder.feature_descriptions))

    def close(self) -> None:
        """Stop the threads of the models that were used."""
        for name in ("model", "reference"):
            if name in self.__dict__:
                self.__dict__[name].close()
