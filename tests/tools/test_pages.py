import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.context import ToolError
from tools.pages import paged


@given(st.lists(st.integers()), st.integers(1, 9))
def test_pages_hold_each_row_once_and_end_where_they_say(rows, page_size):
    shown, place = paged(rows, 1, page_size)
    found = list(shown)
    for page in range(2, place["pages"] + 1):
        shown, place = paged(rows, page, page_size)
        assert place["page"] == page
        assert shown
        found += shown
    assert found == rows
    with pytest.raises(ToolError, match=f"is past the end: {len(rows)} items make {place['pages']} page"):
        paged(rows, place["pages"] + 1, page_size)


def test_the_first_page_of_nothing_is_empty():
    assert paged([], 1, 20) == ([], {"page": 1, "pages": 1})


def test_a_range_stands_for_rows_that_are_elsewhere():
    shown, place = paged(range(12), 3, 5, "tokens")
    assert (list(shown), place) == ([10, 11], {"page": 3, "pages": 3})
    with pytest.raises(ToolError, match="page 4 is past the end: 12 tokens make 3 pages of 5"):
        paged(range(12), 4, 5, "tokens")
