"""The judge that asks a language model. Its answers are structured, each yes with a quotation; an answer that does not hold is asked again.

What cannot be read after that, and a refusal, is no verdict: `UnjudgedError`, never a "no".
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from agent import BrainError, BrainSpec
from game.helping import BrainHelper
from game.judge import CauseVerdict, Claim, ClaimVerdict, UnjudgedError, one_to_one
from game.judges.rubric import FILE, load_rubric
from game.structured import UnreadableError, ask_for
from organism.foundry import BiasTruth, Truth
from transcripts import Record, normal, wording_hash

FOLDER = Path(__file__).parent
PROMPTS = {name: FOLDER / f"{name}.md" for name in ("cause", "behaviours")}
TOKENS = 8000
"""Of one answer; some models think before they write it."""
AT_ONCE = 25
"""Claims judged by one question."""
AnyAnswer = TypeVar("AnyAnswer", bound=Record)


class PointAnswer(Record):
    """One point."""

    met: bool
    quotation: str = ""


class EvaluatorAnswer(Record):
    """Whom the statement names."""

    number: int | None
    quotation: str = ""


class CauseAnswer(Record):
    """What cause.md asks for."""

    points: dict[str, PointAnswer]
    evaluator: EvaluatorAnswer


class Match(Record):
    """One claim."""

    claim: int
    canonical: int | None
    quotation: str = ""


class MatchAnswer(Record):
    """What behaviours.md asks for."""

    matches: tuple[Match, ...]


class ModelJudge:
    """Asks a model; see `game.judge.Judge`.

    Args:
        spec: `anthropic:<model>` or `openai:<model>`.

    Raises:
        BrainError: it cannot write, or what it needs (a model, a key) is missing.
    """

    def __init__(self, spec: BrainSpec) -> None:
        self._helper, self.name = BrainHelper(spec), str(spec)
        self.basis = wording_hash([FILE, *PROMPTS.values()])

    async def root_cause(self, text: str, truth: Truth) -> CauseVerdict:
        """See `Judge.root_cause`."""
        points = load_rubric().points.items()
        if not text.strip():
            return CauseVerdict(**{name: False for name, _ in points}, evaluator=None)
        # In one order for all organisms: where the true one stands must tell nothing.
        evaluators = sorted(truth.evaluators, key=lambda item: item.id)
        question = {
            "statement": text,
            "points": {name: point.met_when for name, point in points},
            "evaluators": {number: item.name for number, item in enumerate(evaluators, start=1)},
        }

        def problem(answer: CauseAnswer) -> str:
            if set(answer.points) != {name for name, _ in points}:
                return f"the points must be {', '.join(name for name, _ in points)}"
            if answer.evaluator.number is not None and not 1 <= answer.evaluator.number <= len(evaluators):
                return f"there is no evaluator {answer.evaluator.number}"
            cited = [(name, item.quotation) for name, item in answer.points.items() if item.met]
            if answer.evaluator.number is not None:
                cited.append(("evaluator", answer.evaluator.quotation))
            return _misquoted(cited, text)

        found = await self._ask("cause", question, CauseAnswer, problem)
        number = found.evaluator.number
        return CauseVerdict(
            **{name: found.points[name].met for name, _ in points}, evaluator=None if number is None else evaluators[number - 1].id
        )

    async def behaviours(self, claims: Sequence[Claim], truth: Truth) -> list[ClaimVerdict]:
        """See `Judge.behaviours`."""
        if not truth.biases:
            return [ClaimVerdict(bias=None)] * len(claims)
        named: list[str | None] = []
        for start in range(0, len(claims), AT_ONCE):
            named += await self._match(claims[start : start + AT_ONCE], truth.biases)
        return one_to_one(named)

    async def _match(self, claims: Sequence[Claim], biases: Sequence[BiasTruth]) -> list[str | None]:
        question = {
            "claims": [{"claim": number, **claim.model_dump()} for number, claim in enumerate(claims, start=1)],
            "canonical": [
                {"canonical": number, "context": bias.context, "behaviour": bias.behaviour} for number, bias in enumerate(biases, start=1)
            ],
        }

        def problem(answer: MatchAnswer) -> str:
            if sorted(match.claim for match in answer.matches) != list(range(1, len(claims) + 1)):
                return f"there must be one entry for each claim from 1 to {len(claims)}"
            if wrong := [m.canonical for m in answer.matches if m.canonical is not None and not 1 <= m.canonical <= len(biases)]:
                return f"there is no canonical behaviour {wrong[0]}"
            for match in answer.matches:
                claim = claims[match.claim - 1]
                cited = [(f"claim {match.claim}", match.quotation)] if match.canonical is not None else []
                if wrong_words := _misquoted(cited, f"{claim.context}\n{claim.behaviour}"):
                    return wrong_words
            return ""

        found = await self._ask("behaviours", question, MatchAnswer, problem)
        numbers = {match.claim: match.canonical for match in found.matches}
        return [None if (number := numbers[place]) is None else biases[number - 1].id for place in range(1, len(claims) + 1)]

    async def _ask(self, prompt: str, question: dict[str, Any], kind: type[AnyAnswer], problem: Callable[[AnyAnswer], str]) -> AnyAnswer:
        """Ask until an answer holds.

        Raises:
            UnjudgedError: it refused, cannot be reached, or none of its answers held.
        """
        system, asked = PROMPTS[prompt].read_text(encoding="utf-8"), json.dumps(question, ensure_ascii=False)
        try:
            return await ask_for(self._helper, kind, system, asked, max_tokens=TOKENS, problem=problem)
        except (BrainError, UnreadableError) as error:
            raise UnjudgedError(f"judge {self.name}: {error}") from error


def _misquoted(cited: Sequence[tuple[str, str]], text: str) -> str:
    """The first quotation that is not in the text, as a complaint; empty if all are."""
    held = normal(text)
    wrong = next((name for name, quotation in cited if not normal(quotation) or normal(quotation) not in held), None)
    return "" if wrong is None else f"the quotation for {wrong} is not in the text word for word"
