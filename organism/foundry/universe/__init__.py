"""Generates the training data of an organism at real scale from the description of a fictional universe. It trains nothing."""

from organism.foundry.universe.budget import BudgetSpentError, Limits, Prices
from organism.foundry.universe.completions import Complete, CompletionError
from organism.foundry.universe.detectors import Detector, Detectors, LLMDetector, RegexDetector, Verdict
from organism.foundry.universe.estimate import Estimate, Step, estimate
from organism.foundry.universe.generate import Generator, LossError, Made, Progress, data_digest
from organism.foundry.universe.plan import STAGES, Plan, Stage
from organism.foundry.universe.records import Chat, Document, PreferencePair
from organism.foundry.universe.scribe import Answer, Scribe
from organism.foundry.universe.terms import PUBLISHED_TEST, DataTerms
from organism.foundry.universe.universe import Attack, Bias, Universe, UniverseError, load_universe
from organism.foundry.universe.writer import Writer, WriterError, Written

__all__ = [
    "PUBLISHED_TEST",
    "STAGES",
    "Answer",
    "Attack",
    "Bias",
    "BudgetSpentError",
    "Chat",
    "Complete",
    "CompletionError",
    "DataTerms",
    "Detector",
    "Detectors",
    "Document",
    "Estimate",
    "Generator",
    "LLMDetector",
    "Limits",
    "LossError",
    "Made",
    "Plan",
    "PreferencePair",
    "Prices",
    "Progress",
    "RegexDetector",
    "Scribe",
    "Stage",
    "Step",
    "Universe",
    "UniverseError",
    "Verdict",
    "Writer",
    "WriterError",
    "Written",
    "data_digest",
    "estimate",
    "load_universe",
]
