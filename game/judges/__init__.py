"""The judges that come with the package; importing this registers them."""

from collections.abc import Sequence

from agent import BrainSpec
from game.judge import Judge, JudgeError, make_judge, register_judge
from game.judges.jury import Jury
from game.judges.lexical import EMBEDDER, LexicalJudge, best_lexical_judge
from game.judges.model import ModelJudge
from organism import EmbedderError


def _lexical(spec: BrainSpec) -> Judge:
    if spec.model not in ("", EMBEDDER):
        raise JudgeError(
            f"judge {str(spec)!r}: the lexical judge goes by its lists alone (lexical) or by {EMBEDDER} too (lexical:{EMBEDDER})"
        )
    try:
        return LexicalJudge(by_meaning=bool(spec.model))
    except EmbedderError as error:
        raise JudgeError(f"judge {str(spec)!r}: {error}") from error


def make_jury(names: Sequence[str], *, base_url: str | None = None, repeats: int = 1) -> list[Judge]:
    """Judges by name, each once; a model judge as often as it is to be asked. Without names, the best lexical judge there is here.

    Raises:
        JudgeError: an unknown name, or one that stands there twice.
        BrainError: what a model judge needs is missing.
    """
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise JudgeError(f"judge {twice!r} is named twice; ask for --repeats")
    judges = [make_judge(name, base_url=base_url) for name in names] or [best_lexical_judge()]
    return [judge for judge in judges for _ in range(repeats if isinstance(judge, ModelJudge) else 1)]


register_judge("lexical", _lexical)
register_judge("anthropic", ModelJudge)
register_judge("openai", ModelJudge)

__all__ = ["Jury", "LexicalJudge", "ModelJudge", "best_lexical_judge", "make_jury"]
