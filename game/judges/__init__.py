"""The judges that come with the package; importing this registers them."""

from game.judge import register_judge
from game.judges.lexical import LexicalJudge

register_judge("lexical", LexicalJudge)

__all__ = ["LexicalJudge"]
