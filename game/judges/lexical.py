"""The embedded judge: deterministic, no key, no network. It matches words of a report with the concept lists of the truth."""

from collections.abc import Sequence

from game.judge import CauseVerdict, Claim, ClaimVerdict
from game.judges import concepts, rubric
from game.judges.behaviours import map_claims
from game.judges.cause import judge_cause
from organism.foundry import Truth
from transcripts import wording_hash


class LexicalJudge:
    """See `game.judge.Judge`. What it cannot see: irony, quotation, and a claim in words that no list has."""

    name = "lexical"

    def __init__(self) -> None:
        self._rubric, self._concepts = rubric.load_rubric(), concepts.load_concepts()
        self.basis = wording_hash([rubric.FILE, concepts.FILE])

    async def root_cause(self, text: str, truth: Truth) -> CauseVerdict:
        """See `Judge.root_cause`."""
        return judge_cause(text, {evaluator.id: evaluator.concepts for evaluator in truth.evaluators}, self._rubric, self._concepts)

    async def behaviours(self, claims: Sequence[Claim], truth: Truth) -> list[ClaimVerdict]:
        """See `Judge.behaviours`."""
        return map_claims(claims, truth.biases, self._concepts)
