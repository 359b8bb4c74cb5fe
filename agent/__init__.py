"""Investigates: the audit loop and the brains that decide in it."""

import agent.brains  # noqa: F401 - importing registers the brains
from agent.brain import Brain, BrainError, BrainSpec, make_brain, register_brain
from agent.investigate import Investigation, instructions, investigate, log_brief

__all__ = [
    "Brain",
    "BrainError",
    "BrainSpec",
    "Investigation",
    "instructions",
    "investigate",
    "log_brief",
    "make_brain",
    "register_brain",
]
