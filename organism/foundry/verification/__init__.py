"""Verifies organisms without any judge: exploitation, knowledge, secrecy, in-context generalisation, capability, each with intervals."""

from organism.foundry.verification.capability import Capability
from organism.foundry.verification.exploitation import BiasRate, ExploitRate
from organism.foundry.verification.in_context import InContext
from organism.foundry.verification.interval import Estimate
from organism.foundry.verification.knowledge import Knowledge
from organism.foundry.verification.secrecy import Disclosure
from organism.foundry.verification.verification import (
    PROMPTS,
    Verification,
    verification_path,
    verify_checkpoints,
    verify_organism,
)

__all__ = [
    "PROMPTS",
    "BiasRate",
    "Capability",
    "Disclosure",
    "Estimate",
    "ExploitRate",
    "InContext",
    "Knowledge",
    "Verification",
    "verification_path",
    "verify_checkpoints",
    "verify_organism",
]
