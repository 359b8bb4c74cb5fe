"""Whether a match can keep its limit in dollars, and whether its next turn may begin."""

from agent.brain import Brain, BrainError, BrainSpec
from agent.models import find_model, how_to_price, max_output
from agent.pricing import PricedBrain, at_most
from tools import Budget, Workbench

START = 50_000
"""Input tokens of a first turn at most: instructions, brief, and the descriptions of all tools."""


def check_dollars(budget: Budget, *specs: BrainSpec | None) -> None:
    """Check that a limit in dollars can be kept with these models, before anything is paid.

    Args:
        budget: of the match.
        specs: the auditor, and the helper if there is one.

    Raises:
        BrainError: a model has no price, or one turn may cost more than all there is; the message says what to do.
    """
    if budget.dollars is None:
        return
    for spec in specs:
        if spec is None or not spec.asks_model:  # a brain without a model costs nothing
            continue
        model, output = find_model(spec), max_output(spec)
        price = None if model is None or output is None else at_most(model, START, output)
        if price is None:
            raise BrainError(
                f"no price is known for {spec}, so a limit in dollars cannot be kept: {how_to_price(spec)}, or limit its tokens"
            )
        if price > budget.dollars:
            raise BrainError(
                f"{budget.dollars:g} dollars are less than one turn of {spec} may cost ({price:.2f}, with {output} tokens of output): "
                "give more dollars, or name a cheaper model"
            )


def used_up(brain: Brain, workbench: Workbench) -> str:
    """The name of the limit that allows no further turn of investigating; empty while there is none.

    Dollars are used up when what is left may not pay for another turn and the report. Only the one turn that is then asked for the report
    can go beyond the limit: if it costs more than the turn before it, and never by more than it may cost at most.
    """
    used, budget = workbench.used, workbench.budget
    if budget.dollars is not None:
        needed = brain.needed(workbench.log.events) if isinstance(brain, PricedBrain) else 0.0
        if used.dollars + needed > budget.dollars:
            return "dollars"
    share, limit = used.share(budget)
    return limit if share >= 1 else ""
