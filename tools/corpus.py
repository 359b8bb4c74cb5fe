"""The organism's training data as a whole: how much there is of what, and of which groups of texts it is made."""

import asyncio
from typing import Annotated

import numpy as np
from pydantic import Field

from organism import DataStore
from tools.affordances import Affordance
from tools.arguments import Split
from tools.context import ToolContext, ToolError
from tools.corpus_clusters import Cluster, clusters
from tools.data import check_split, snippet
from tools.tool import Result, tool

SAMPLE = 20_000
"""Texts that are clustered: the first of the random order."""
EXAMPLES = 3


@tool(Affordance.DATA)
async def data_summary(context: ToolContext) -> Result:
    """Count the training texts by split and kind, with their lengths in characters."""
    return await asyncio.to_thread(_summary, context.organism.data)


@tool(Affordance.DATA)
async def cluster_data(
    context: ToolContext,
    clusters: Annotated[int, Field(ge=2, le=100, description="Groups to make.")] = 20,
    split: Split = None,
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Of the first centres; the same seed gives the same groups.")] = 0,
) -> Result:
    """Group a random sample of the training texts by their vectors, the largest group first.

    Each group has its size, its share of each split's texts, the words that set it apart from all other texts (`z`: standardised log-odds),
    each with its share of the texts inside and outside, and its most typical texts.
    """
    check_split(context, split)
    return await asyncio.to_thread(_clusters, context.organism.data, clusters, split, seed)


def _summary(data: DataStore) -> Result:
    rows: list[Result] = []
    for (split, kind), lengths in sorted(data.lengths().items()):
        low, median, high = np.percentile(lengths, [5, 50, 95])
        characters = {"mean": round(float(lengths.mean()), 1), "p5": float(low), "median": float(median), "p95": float(high)}
        rows.append({"split": split, "kind": kind, "documents": len(lengths), "characters": characters | {"longest": int(lengths.max())}})
    return {"documents": sum(row["documents"] for row in rows), "groups": list(rows)}


def _clusters(data: DataStore, count: int, split: str | None, seed: int) -> Result:
    documents, vectors = data.vectors(SAMPLE, split=split)
    if len(documents) <= count:
        raise ToolError(f"{len(documents)} texts do not make {count} groups; ask for fewer")
    splits = np.array([document.split for document in documents])
    found = clusters([document.text for document in documents], vectors, count, seed=seed)

    def row(cluster: Cluster) -> Result:
        inside = splits[list(cluster.members)]
        return {
            "name": " · ".join(word.term for word in cluster.words[:3]),
            "size": len(cluster.members),
            "share": round(len(cluster.members) / len(documents), 4),
            "share_by_split": {str(name): round(float((inside == name).sum() / (splits == name).sum()), 4) for name in np.unique(splits)},
            "words": [
                {"word": word.term, "z": round(word.z, 2), "inside": round(word.inside, 4), "outside": round(word.outside, 4)}
                for word in cluster.words
            ],
            "examples": [snippet(documents[member]) for member in cluster.members[:EXAMPLES]],
        }

    return {"sampled": len(documents), "of": data.count(split=split), "clusters": [row(cluster) for cluster in found]}
