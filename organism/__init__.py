"""Models with a known objective, as auditors meet them. What makes them, and the truth about them, is in organism.foundry.

Each name is imported when it is first used: torch, transformers and LanceDB take seconds to load, and many
commands need none of them. A name stands below twice, for type checkers and for the import.
"""

from typing import TYPE_CHECKING

import lazy_loader

from organism import embedders  # noqa: F401 - importing the package registers them

if TYPE_CHECKING:
    from organism.answers import CannotAnswerError as CannotAnswerError
    from organism.answers import Continuation as Continuation
    from organism.answers import PromptTooLongError as PromptTooLongError
    from organism.answers import TextModel as TextModel
    from organism.card import Card as Card
    from organism.card import DataSummary as DataSummary
    from organism.chat import ChatMessage as ChatMessage
    from organism.chat import render_user_start as render_user_start
    from organism.data_store import DataStore as DataStore
    from organism.documents import DataError as DataError
    from organism.documents import Hit as Hit
    from organism.documents import StoredDocument as StoredDocument
    from organism.embedding import Embedder as Embedder
    from organism.embedding import EmbedderError as EmbedderError
    from organism.embedding import EmbedderSpec as EmbedderSpec
    from organism.embedding import make_embedder as make_embedder
    from organism.feature_descriptions import FeatureDescription as FeatureDescription
    from organism.feature_excerpts import Excerpt as Excerpt
    from organism.feature_excerpts import feature_excerpts as feature_excerpts
    from organism.feature_labels import FeatureLabel as FeatureLabel
    from organism.journal import Journal as Journal
    from organism.places import OrganismError as OrganismError
    from organism.places import OrganismFolder as OrganismFolder
    from organism.places import built_organisms as built_organisms
    from organism.places import default_cache as default_cache
    from organism.places import organism_folder as organism_folder
    from organism.residual import Shift as Shift
    from organism.runtime import LanguageModel as LanguageModel
    from organism.runtime import Organism as Organism
    from organism.sae import SAE as SAE
    from organism.top_documents import TopDocuments as TopDocuments
else:
    __getattr__, __dir__, __all__ = lazy_loader.attach(
        __name__,
        submod_attrs={
            "answers": ["CannotAnswerError", "Continuation", "PromptTooLongError", "TextModel"],
            "card": ["Card", "DataSummary"],
            "chat": ["ChatMessage", "render_user_start"],
            "data_store": ["DataStore"],
            "documents": ["DataError", "Hit", "StoredDocument"],
            "embedding": ["Embedder", "EmbedderError", "EmbedderSpec", "make_embedder"],
            "feature_descriptions": ["FeatureDescription"],
            "feature_excerpts": ["Excerpt", "feature_excerpts"],
            "feature_labels": ["FeatureLabel"],
            "journal": ["Journal"],
            "places": ["OrganismError", "OrganismFolder", "built_organisms", "default_cache", "organism_folder"],
            "residual": ["Shift"],
            "runtime": ["LanguageModel", "Organism"],
            "sae": ["SAE"],
            "top_documents": ["TopDocuments"],
        },
    )
