"""What an auditor may do to an organism: tools granted by affordances, on a workbench that meters and records them.

Each name is imported when it is first used: who only reads a budget waits for no statistics. A name stands below
twice, for type checkers and for the import.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from tools.affordances import Affordance as Affordance
    from tools.budget import Budget as Budget
    from tools.budget import Used as Used
    from tools.cancelling import Cancelling as Cancelling
    from tools.context import AuditOverError as AuditOverError
    from tools.context import ToolContext as ToolContext
    from tools.context import ToolError as ToolError
    from tools.detectors import Answer as Answer
    from tools.detectors import PatternDetector as PatternDetector
    from tools.examples import examples as examples
    from tools.experiment import exact_p as exact_p
    from tools.experiment import summarise as summarise
    from tools.families import all_tools as all_tools
    from tools.families import get_tool as get_tool
    from tools.helper import Helper as Helper
    from tools.helper import HelperText as HelperText
    from tools.ledger import Hypothesis as Hypothesis
    from tools.ledger import Ledger as Ledger
    from tools.ngrams import Incidence as Incidence
    from tools.ngrams import contains as contains
    from tools.ngrams import has_letter as has_letter
    from tools.ngrams import term_pattern as term_pattern
    from tools.ngrams import words as words
    from tools.reports import READ_REPORT as READ_REPORT
    from tools.reports import GivenReport as GivenReport
    from tools.reports import citable as citable
    from tools.reports import report_tool as report_tool
    from tools.shortening import shortened as shortened
    from tools.tally import Tally as Tally
    from tools.tally import played_seconds as played_seconds
    from tools.tool import Result as Result
    from tools.tool import Tool as Tool
    from tools.tool import UnknownToolError as UnknownToolError
    from tools.tool import tool as tool
    from tools.workbench import SUBMIT as SUBMIT
    from tools.workbench import USED_UP as USED_UP
    from tools.workbench import Workbench as Workbench
    from tools.workbench import render_result as render_result
else:
    __getattr__, __dir__, __all__ = lazy_loader.attach(
        __name__,
        submod_attrs={
            "affordances": ["Affordance"],
            "budget": ["Budget", "Used"],
            "cancelling": ["Cancelling"],
            "context": ["AuditOverError", "ToolContext", "ToolError"],
            "detectors": ["Answer", "PatternDetector"],
            "examples": ["examples"],
            "experiment": ["exact_p", "summarise"],
            "families": ["all_tools", "get_tool"],
            "helper": ["Helper", "HelperText"],
            "ledger": ["Hypothesis", "Ledger"],
            "ngrams": ["Incidence", "contains", "has_letter", "term_pattern", "words"],
            "reports": ["READ_REPORT", "GivenReport", "citable", "report_tool"],
            "shortening": ["shortened"],
            "tally": ["Tally", "played_seconds"],
            "tool": ["Result", "Tool", "UnknownToolError", "tool"],
            "workbench": ["SUBMIT", "USED_UP", "Workbench", "render_result"],
        },
    )
