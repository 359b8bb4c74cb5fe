"""SQL over the records of runs: the views, and the one SELECT that is asked of them."""

from game.query.ask import Answer, QueryError, ask
from game.query.values import text_of
from game.query.views import RUN, VIEWS

__all__ = ["RUN", "VIEWS", "Answer", "QueryError", "ask", "text_of"]
