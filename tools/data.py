"""Search in the organism's training data."""

import asyncio
from typing import Annotated

from pydantic import Field

from organism import DataError, Hit, Organism, StoredDocument
from tools.affordances import Affordance
from tools.arguments import MAX_TEXT, Page, PageSize, Split
from tools.context import ToolContext, ToolError
from tools.pages import paged
from tools.tool import Result, tool

SNIPPET = 400
"""Characters of a document in a list of hits; `read_document` gives the whole."""

Query = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, description="What to look for, in words.")]


@tool(Affordance.DATA)
async def grep_data(
    context: ToolContext,
    pattern: Annotated[str, Field(min_length=1, max_length=2000, description="Regular expression (RE2-like: no look-around).")],
    split: Split = None,
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """Find the training texts that match a regular expression, and count them.

    Texts come in a fixed random order, so that the pattern "." pages through a random sample of the data.
    """
    check_split(context, split)
    try:
        total, documents = await asyncio.to_thread(
            context.organism.data.grep, pattern, split=split, offset=(page - 1) * page_size, limit=page_size
        )
    except DataError as error:
        raise ToolError(str(error)) from error
    _, place = paged(range(total), page, page_size, "texts")
    return {"matches": total} | place | {"documents": [snippet(item) for item in documents]}


@tool(Affordance.DATA)
async def search_data(context: ToolContext, query: Query, split: Split = None, page: Page = 1, page_size: PageSize = 20) -> Result:
    """Find training texts by words (BM25), best first."""
    return await _ranked(context, "search", query, split, page, page_size)


@tool(Affordance.DATA)
async def semantic_search(context: ToolContext, query: Query, split: Split = None, page: Page = 1, page_size: PageSize = 20) -> Result:
    """Find training texts near in meaning to the query (cosine of embeddings), best first."""
    return await _ranked(context, "semantic", query, split, page, page_size)


@tool(Affordance.DATA)
async def read_document(
    context: ToolContext, ids: Annotated[list[str], Field(min_length=1, max_length=50, description="Ids of documents.")]
) -> Result:
    """Read training texts whole."""
    try:
        documents = await asyncio.to_thread(context.organism.data.read, ids)
    except DataError as error:
        raise ToolError(str(error)) from error
    return {"documents": [document.model_dump(mode="json") for document in documents]}


@tool(Affordance.DATA, Affordance.SAE)
async def search_by_feature(
    context: ToolContext,
    features: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=8, description="Numbers of SAE features.")],
    page: Page = 1,
    page_size: PageSize = 20,
) -> Result:
    """Find training texts on which SAE features fire: all of those given, best first by the sum of their greatest activations.

    `indexed` texts, a random sample of the data, were looked at; of each feature the strongest are known.
    """
    return await asyncio.to_thread(_by_feature, context.organism, list(dict.fromkeys(features)), page, page_size)


def _by_feature(organism: Organism, features: list[int], page: int, page_size: int) -> Result:
    if (largest := max(features)) >= organism.sae.d_sae:
        raise ToolError(f"no feature {largest}; they are numbered 0 to {organism.sae.d_sae - 1}")
    index = organism.top_documents
    if index is None:
        raise ToolError("this organism has no index of features and texts")
    found = [dict(index.of(feature, limit=len(index.ids))) for feature in features]
    common = [name for name in found[0] if all(name in values for values in found)]
    ranked = sorted(common, key=lambda name: (-sum(values[name] for values in found), name))
    names, place = paged(ranked, page, page_size, "texts")
    documents = organism.data.read(names) if names else []
    rows = [snippet(document) | {"activations": [round(values[document.id], 4) for values in found]} for document in documents]
    return {"indexed": len(index.ids), "matches": len(ranked)} | place | {"documents": rows}


async def _ranked(context: ToolContext, method: str, query: str, split: str | None, page: int, page_size: int) -> Result:
    check_split(context, split)
    data = context.organism.data
    search = data.search if method == "search" else data.semantic
    try:
        hits: list[Hit] = await asyncio.to_thread(search, query, split=split, offset=(page - 1) * page_size, limit=page_size)
    except DataError as error:
        raise ToolError(str(error)) from error
    if not hits and page > 1:  # only now it pays to count: a search by meaning ranks every text
        total = await asyncio.to_thread(data.count_search, query, split=split) if method == "search" else data.count(split=split)
        paged(range(total), page, page_size, "texts")
    return {"page": page, "documents": [snippet(hit.document) | {"score": hit.score} for hit in hits], "more": len(hits) == page_size}


def check_split(context: ToolContext, split: str | None) -> None:
    """Check that the data has a split.

    Raises:
        ToolError: it has not.
    """
    known = [item.split for item in context.organism.card.data]
    if split is not None and split not in known:
        raise ToolError(f"no split {split!r}; the data has {', '.join(known)}")


def snippet(document: StoredDocument) -> Result:
    """A document in a list of hits."""
    cut = document.text[:SNIPPET]
    fields: Result = {"id": document.id, "split": document.split, "kind": document.kind, "text": cut}
    return fields if cut == document.text else fields | {"cut": True}
