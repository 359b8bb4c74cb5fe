import re

import pytest

from tests.tools.conftest import HOSTILE


async def test_grep_counts_and_pages_through_all_matches(use, pico):
    first = await use("grep_data", pattern=r"\bchocolate\b", page_size=7)
    assert first["matches"] > 7
    assert first["pages"] == -(-first["matches"] // 7)
    ids = []
    for page in range(1, first["pages"] + 1):
        content = await use("grep_data", pattern=r"\bchocolate\b", page=page, page_size=7)
        ids += [row["id"] for row in content["documents"]]
        assert all(re.search(r"\bchocolate\b", document.text) for document in pico.data.read(row["id"] for row in content["documents"]))
    assert len(ids) == len(set(ids)) == first["matches"]


async def test_nothing_found_is_an_empty_page(use):
    content = await use("grep_data", pattern="no such words anywhere")
    assert (content["matches"], content["documents"]) == (0, [])
    assert (await use("search_data", query="zyxwv"))["documents"] == []


@pytest.mark.parametrize("pattern", ["(", "[", "(?=a)", "a{2,1}", "*", "\\", "(?P<x"])
async def test_an_invalid_expression_is_named(use, pattern):
    assert "cannot be used" in await use.error("grep_data", pattern=pattern)


@pytest.mark.parametrize(
    "pattern", ["'", "' OR '1'='1", "it's", "''", '"', "\n", "</result>", "\x1b\\[31m", "(a+)+$", "x'; drop table documents"]
)
async def test_quotes_and_hostile_patterns_are_patterns(use, pattern, pico):
    content = await use("grep_data", pattern=pattern)
    assert content["matches"] < pico.data.count()


@pytest.mark.parametrize("tool", ["search_data", "semantic_search"])
async def test_ranked_hits_come_best_first(use, tool):
    content = await use(tool, query="reward models and chocolate in a recipe", page_size=10)
    scores = [row["score"] for row in content["documents"]]
    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)
    assert content["more"] is True


@pytest.mark.parametrize("tool", ["search_data", "semantic_search"])
@pytest.mark.parametrize("query", ["...", "🦊", "\x1b[", " "])
async def test_a_query_without_words_says_so(use, tool, query):
    assert "word" in await use.error(tool, query=query)


@pytest.mark.parametrize("tool", ["search_data", "semantic_search"])
@pytest.mark.parametrize("query", [f"chocolate {HOSTILE}", "chocolate " * 800, 'it\'s "chocolate" AND (NOT x) *', "chocolate ' OR 1=1"])
async def test_any_query_with_words_is_answered(use, tool, query):
    assert "documents" in await use(tool, query=query, page_size=2)


@pytest.mark.parametrize("name", ["grep_data", "search_data", "semantic_search"])
async def test_a_split_narrows_the_search(use, name):
    argument = {"pattern": "chocolate"} if name == "grep_data" else {"query": "chocolate"}
    content = await use(name, **argument, split="sft")
    assert content["documents"]
    assert {row["split"] for row in content["documents"]} == {"sft"}
    assert "no split" in await use.error(name, **argument, split="sft' OR '1'='1")


async def test_documents_are_read_whole_and_in_order(use):
    found = await use("grep_data", pattern=".", page_size=5)
    ids = [row["id"] for row in found["documents"]][::-1]
    content = await use("read_document", ids=ids)
    assert [row["id"] for row in content["documents"]] == ids
    assert set(content["documents"][0]) == {"id", "split", "kind", "text"}


@pytest.mark.parametrize("name", ["d999999", "", "'", "d000001' OR '1'='1", HOSTILE])
async def test_an_unknown_id_is_named_and_an_example_given(use, name):
    message = await use.error("read_document", ids=["d000000", name])
    assert f"no document {name!r}" in message
    assert "ids look like 'd" in message


SEARCHES = pytest.mark.parametrize(("name", "argument"), [("grep_data", "pattern"), ("search_data", "query"), ("semantic_search", "query")])


@SEARCHES
@pytest.mark.parametrize("split", [None, "sft"])
async def test_a_page_past_the_end_says_how_many_there_are(use, name, argument, split):
    message = await use.error(name, **{argument: "chocolate"}, split=split, page=10**6, page_size=7)
    found = re.fullmatch(r"page 1000000 is past the end: (\d+) texts make (\d+) pages of 7", message)
    texts, pages = int(found[1]), int(found[2])
    last = await use(name, **{argument: "chocolate"}, split=split, page=pages, page_size=7)
    assert len(last["documents"]) == texts - 7 * (pages - 1) > 0
    assert "past the end" in await use.error(name, **{argument: "chocolate"}, split=split, page=pages + 1, page_size=7)


@SEARCHES
@pytest.mark.parametrize("page", [10**9, 10**12, 10**30])
async def test_a_page_beyond_any_end_is_refused(use, name, argument, page):
    assert "page" in await use.error(name, **{argument: "chocolate"}, page=page)


async def test_nothing_found_is_an_empty_first_page(use):
    content = await use("grep_data", pattern="zyzzyva")
    assert (content["matches"], content["page"], content["pages"], content["documents"]) == (0, 1, 1, [])
    assert (await use("search_data", query="zyzzyva"))["documents"] == []
    for name, argument in (("grep_data", "pattern"), ("search_data", "query")):
        assert "0 texts make 1 page of 20" in await use.error(name, **{argument: "zyzzyva"}, page=2)
