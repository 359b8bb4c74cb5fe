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


async def test_a_page_past_the_end_says_how_many_there_are(use):
    matches = (await use("grep_data", pattern="chocolate"))["matches"]
    assert f"{matches} items make" in await use.error("grep_data", pattern="chocolate", page=10_000)


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
    assert (await use(tool, query="chocolate", page=2_000, page_size=10))["documents"] == []


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


@pytest.mark.parametrize("page", [10**6, 10**9, 10**12, 10**30])
@pytest.mark.parametrize(("name", "argument"), [("grep_data", "pattern"), ("search_data", "query"), ("semantic_search", "query")])
async def test_a_page_beyond_any_end_is_answered(use, name, argument, page):
    event = await use.event(name, **{argument: "chocolate"}, page=page)
    assert event.data["error"] or event.data["content"]["documents"] == []
