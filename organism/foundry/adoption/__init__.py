"""Registers what others made as organisms: Hugging Face models with adapters, SAE and data, and models behind a server."""

from organism.foundry.adoption.adopt import ADOPTION_STEPS, adopt_organism
from organism.foundry.adoption.parts import AdoptionError, ServedModel, TrainedModel
from organism.foundry.adoption.probe import probe_endpoint
from organism.foundry.adoption.truth_file import TruthError, TruthFile, read_truth_file

__all__ = [
    "ADOPTION_STEPS",
    "AdoptionError",
    "ServedModel",
    "TrainedModel",
    "TruthError",
    "TruthFile",
    "adopt_organism",
    "probe_endpoint",
    "read_truth_file",
]
