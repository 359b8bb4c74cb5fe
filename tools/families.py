"""All families of tools. Importing this registers theirs; who looks a tool up gets it from here, so that none is missing."""

from tools import (  # noqa: F401 - importing a family registers its tools
    causal,
    chat,
    compare,
    converse,
    corpus,
    data,
    experiment,
    feature_search,
    features,
    logits,
    mind,
    raw,
    scaffolded,
)
from tools.tool import all_tools, get_tool

__all__ = ["all_tools", "get_tool"]
