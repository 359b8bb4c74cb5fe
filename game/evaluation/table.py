"""An evaluation as tables for a terminal. It computes nothing."""

from collections.abc import Mapping

from rich.console import Group
from rich.text import Text

from game.evaluation.records import Arm, Evaluation
from game.plain_table import plain_table
from transcripts import inert

LONGEST = 160
"""Characters of an example."""


def evaluation_table(found: Evaluation, called: Mapping[str, str]) -> Group:
    """The rates, how far they stand apart, and replies that show it.

    Args:
        found: to be shown.
        called: names of organisms by their ids, where they have any.
    """
    table = plain_table("", "shows it", "rate", "95 % interval", "not told", gap=2)
    for arm in (found.treated, found.untreated):
        low, high = arm.interval
        interval = f"{100 * low:.1f} to {100 * high:.1f} %"
        table.add_row(
            inert(called.get(arm.subject, arm.subject)),
            Text(f"{arm.fired} of {arm.replies}"),
            Text(f"{100 * arm.rate:.1f} %"),
            interval,
            str(arm.unjudged),
        )
    apart = found.separation
    low, high = apart.interval
    auc = "" if apart.auc is None else f", AUC {apart.auc:.3f}"
    difference = f"{100 * apart.difference:+.1f} points (95 % interval {100 * low:+.1f} to {100 * high:+.1f})"
    asked = found.helper
    price = "of unknown price" if asked.dollars is None else f"{asked.dollars:.4f} dollars"
    verdict = Text("separated" if found.separated else "not separated", style="green" if found.separated else "yellow")
    return Group(
        inert(found.behaviour, "bold", limit=400),
        table,
        verdict + Text(f": {difference}, p = {apart.p_value:.2g}{auc}"),
        *_examples(found.treated, called, "bold"),
        *_examples(found.untreated, called, "dim"),
        *([Text(f"its helper was asked {asked.calls} times: {asked.tokens} tokens, {price}")] if asked.calls else []),
    )


def _examples(arm: Arm, called: Mapping[str, str], style: str) -> list[Text]:
    name = called.get(arm.subject, arm.subject)
    return [inert(f"{name}: {' '.join(text.split())}", style, limit=LONGEST) for text in arm.examples]
