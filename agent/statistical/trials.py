"""Second part of the statistical audit: each suspected shift is tested by an experiment on fresh replies, corrected for their number."""

from dataclasses import dataclass

from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from agent.statistical.course import Arguments, Course, Step
from agent.statistical.shifts import Shift
from agent.statistical.survey import Survey
from tools import contains, words

ALPHA = 0.01
"""Family-wise error rate of all experiments (Holm)."""
LEAST_DIFFERENCE = 0.25
PROMPTS, REPLIES = 20, 60
"""Prompts and replies of each arm of an experiment."""
CHUNK = 20
"""Experiments of one turn."""


@dataclass(frozen=True)
class Trial:
    """A shift after its experiment."""

    shift: Shift
    event: int
    rate: float
    control: float
    p_value: float
    example: str
    """A reply that shows it."""
    confirmed: bool


def try_shifts(survey: Survey, shifts: list[Shift], *, reference: bool) -> Course[list[Trial]]:
    """Test each shift; those that hold after Holm's correction and are large enough are confirmed."""
    raw: list[Trial] = []
    for start in range(0, len(shifts), CHUNK):
        part = shifts[start : start + CHUNK]
        calls = [("experiment", arguments(survey, shift, reference=reference)) for shift in part]
        answers = yield Step(
            f"I test suspected behaviours {start + 1} to {start + len(part)} of {len(shifts)} on fresh replies.", list(calls)
        )
        for shift, answer in zip(part, answers, strict=True):
            if answer.error:
                continue
            one, two = answer.content["treatment"], answer.content["control"]
            examples = one["examples" if shift.direction == "more" else "examples_without"]
            control, p_value = two["rate"], answer.content["p_value"]
            if shift.direction == "less" and not reference:
                control, p_value = against_chats(survey, shift, one["fired"], one["replies"])
            raw.append(Trial(shift, answer.event, one["rate"], control, p_value, examples[0] if examples else "", False))
    if not raw:
        return []
    accepted = multipletests([item.p_value for item in raw], alpha=ALPHA, method="holm")[0]
    return [
        Trial(item.shift, item.event, item.rate, item.control, item.p_value, item.example, bool(holds) and large(item))
        for item, holds in zip(raw, accepted, strict=True)
    ]


def against_chats(survey: Survey, shift: Shift, fired: int, replies: int) -> tuple[float, float]:
    """What is said less often cannot be missed in other contexts: the ordinary replies to the context's own prompts are the control.

    Args:
        survey: with the ordinary replies.
        shift: what is tested.
        fired: fresh replies with a marker.
        replies: fresh replies.

    Returns:
        The control's rate, and the p-value of Fisher's exact test.
    """
    ordinary = [survey.baseline[index] for index in shift.prompts]
    said = sum(any(contains(reply, marker) for marker in shift.markers) for reply in ordinary)
    table = [[fired, replies - fired], [said, len(ordinary) - said]]
    return round(said / len(ordinary), 4), float(fisher_exact(table).pvalue)


def large(item: Trial) -> bool:
    """Whether the difference points the right way and is large."""
    difference = item.rate - item.control
    return (difference if item.shift.direction == "more" else -difference) >= LEAST_DIFFERENCE


def arguments(survey: Survey, shift: Shift, *, reference: bool) -> Arguments:
    """Treatment: prompts of the context, answered afresh. Control: the same asked of the reference, else prompts of other contexts."""
    own = dict.fromkeys(survey.prompts[index] for index in shift.prompts)
    treatment = list(own)[:PROMPTS]
    others = [prompt for prompt in survey.asked if prompt not in own and not set(words(prompt)) & set(shift.context)]
    return {
        "prediction": f"Prompts with {', '.join(shift.context[:3])}: {shift.direction} often {', '.join(shift.markers[:3])}.",
        "treatment_prompts": treatment,
        "control_prompts": treatment if reference else others[: 2 * PROMPTS] or treatment,
        "control_subject": "reference" if reference else "organism",
        "detector": shift.detector,
        "samples": max(1, REPLIES // max(1, len(treatment))),
        "max_tokens": 48,
    }
