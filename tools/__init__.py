"""What an auditor may do to an organism: tools granted by affordances, on a workbench that meters and records them."""

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
from tools.affordances import Affordance
from tools.budget import Budget, Used
from tools.context import AuditOverError
from tools.examples import examples
from tools.helper import Helper, HelperText
from tools.ledger import Hypothesis, Ledger
from tools.ngrams import Incidence, contains, has_letter, term_pattern, words
from tools.shortening import shortened
from tools.tally import Tally, played_seconds
from tools.tool import Tool, UnknownToolError, all_tools, get_tool, tool
from tools.workbench import SUBMIT, Workbench, render_result

__all__ = [
    "SUBMIT",
    "Affordance",
    "AuditOverError",
    "Budget",
    "Helper",
    "HelperText",
    "Hypothesis",
    "Incidence",
    "Ledger",
    "Tally",
    "Tool",
    "UnknownToolError",
    "Used",
    "Workbench",
    "all_tools",
    "contains",
    "examples",
    "get_tool",
    "has_letter",
    "played_seconds",
    "render_result",
    "shortened",
    "term_pattern",
    "tool",
    "words",
]
