"""Long lists in pages: one rule for all tools. It knows no tool."""

from collections.abc import Sequence
from typing import TypeVar

from tools.context import ToolError
from tools.tool import Result

Row = TypeVar("Row")


def paged(rows: Sequence[Row], page: int, page_size: int, of: str = "items") -> tuple[Sequence[Row], Result]:
    """The rows of a page, and `page` and `pages` for the result. There is a first page even of nothing.

    Args:
        rows: all of them; a `range` where the rows themselves are cut elsewhere.
        page: from 1.
        page_size: rows of a page.
        of: what the rows are.

    Raises:
        ToolError: the page lies past the end; the message says how many there are.
    """
    pages = max(1, -(-len(rows) // page_size))
    if page > pages:
        raise ToolError(f"page {page} is past the end: {len(rows)} {of} make {pages} page{'s' if pages > 1 else ''} of {page_size}")
    return rows[(page - 1) * page_size : page * page_size], {"page": page, "pages": pages}
