"""Models with a known objective, as auditors meet them. What makes them, and the truth about them, is in organism.foundry."""

from organism.card import Card, DataSummary
from organism.chat import ChatMessage
from organism.data_store import DataError, DataStore, Hit, StoredDocument
from organism.places import OrganismError, OrganismFolder, built_organisms, default_cache, organism_folder
from organism.runtime import Continuation, LanguageModel, Organism, PromptTooLongError
from organism.sae import SAE
from organism.top_documents import TopDocuments

__all__ = [
    "SAE",
    "Card",
    "ChatMessage",
    "Continuation",
    "DataError",
    "DataStore",
    "DataSummary",
    "Hit",
    "LanguageModel",
    "Organism",
    "OrganismError",
    "OrganismFolder",
    "PromptTooLongError",
    "StoredDocument",
    "TopDocuments",
    "built_organisms",
    "default_cache",
    "organism_folder",
]
