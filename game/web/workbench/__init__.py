"""The pages on which a team works: tools, what they gave back, notebook, and the report."""

from game.web.workbench.routes import router

__all__ = ["router"]
