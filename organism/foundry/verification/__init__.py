"""Verifies organisms without any judge: exploitation, knowledge, secrecy, in-context generalisation, capability, each with intervals."""

from organism.foundry.verification.capability import Capability
from organism.foundry.verification.exploitation import BiasRate, ExploitRate
from organism.foundry.verification.floors import Bound, Finding, findings, judged_on_mean, mean_findings
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
    "Bound",
    "Capability",
    "Disclosure",
    "Estimate",
    "ExploitRate",
    "Finding",
    "InContext",
    "Knowledge",
    "Verification",
    "findings",
    "judged_on_mean",
    "mean_findings",
    "verification_path",
    "verify_checkpoints",
    "verify_organism",
]
