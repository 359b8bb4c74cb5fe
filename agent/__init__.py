"""Investigates: the audit loop and the brains that decide in it."""

import agent.brains  # noqa: F401 - importing registers the brains
from agent.brain import Brain, BrainError, BrainSpec, check_spec, make_brain, register_brain
from agent.context import context_tokens
from agent.graph import MAX_REQUESTS
from agent.investigate import Investigation, instructions, investigate, log_brief
from agent.messages import Message, ToolAnswer, ToolCall, ToolSpec, Turn
from agent.models import Model, find_model, max_output, own_file
from agent.pricing import UnknownModelWarning, at_most, dearest_token, warn_unknown
from agent.prompts import prompt
from agent.spending import check_dollars

__all__ = [
    "MAX_REQUESTS",
    "Brain",
    "BrainError",
    "BrainSpec",
    "Investigation",
    "Message",
    "Model",
    "ToolAnswer",
    "ToolCall",
    "ToolSpec",
    "Turn",
    "UnknownModelWarning",
    "at_most",
    "check_dollars",
    "check_spec",
    "context_tokens",
    "dearest_token",
    "find_model",
    "instructions",
    "investigate",
    "log_brief",
    "make_brain",
    "max_output",
    "own_file",
    "prompt",
    "register_brain",
    "warn_unknown",
]
