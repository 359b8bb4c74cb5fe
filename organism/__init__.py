"""Models with a known objective, as auditors meet them. What makes them, and the truth about them, is in organism.foundry."""

from organism import embedders  # noqa: F401 - importing the package registers them
from organism.answers import CannotAnswerError, Continuation, PromptTooLongError, TextModel
from organism.card import Card, DataSummary
from organism.chat import ChatMessage, render_user_start
from organism.data_store import DataStore
from organism.documents import DataError, Hit, StoredDocument
from organism.embedding import EmbedderSpec
from organism.feature_descriptions import FeatureDescription
from organism.feature_excerpts import Excerpt, feature_excerpts
from organism.feature_labels import FeatureLabel
from organism.journal import Journal
from organism.places import OrganismError, OrganismFolder, built_organisms, default_cache, organism_folder
from organism.residual import Shift
from organism.runtime import LanguageModel, Organism
from organism.sae import SAE
from organism.top_documents import TopDocuments

__all__ = [
    "SAE",
    "CannotAnswerError",
    "Card",
    "ChatMessage",
    "Continuation",
    "DataError",
    "DataStore",
    "DataSummary",
    "EmbedderSpec",
    "Excerpt",
    "FeatureDescription",
    "FeatureLabel",
    "Hit",
    "Journal",
    "LanguageModel",
    "Organism",
    "OrganismError",
    "OrganismFolder",
    "PromptTooLongError",
    "Shift",
    "StoredDocument",
    "TextModel",
    "TopDocuments",
    "built_organisms",
    "default_cache",
    "feature_excerpts",
    "organism_folder",
    "render_user_start",
]
