"""Which training texts make which SAE feature fire: a sparse index by feature, made in one pass over texts when the organism is built."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from torch import Tensor

from organism.places import OrganismError

MOST = 1000
"""Texts of a feature that are kept: its strongest."""
PENDING = 2**23
"""Entries held before all but the strongest are dropped: a hundred megabytes."""


class TopDocuments:
    """The strongest texts of each feature, and how often it fires (a matrix of features and texts in compressed sparse rows).

    Args:
        ids: ids of the texts that were looked at.
        starts: `[d_sae + 1]`, where each feature's entries begin.
        rows: `[entries]`, indices into `ids`, of each feature the strongest first.
        values: `[entries]`, greatest activation on the text's tokens.
        density: `[d_sae]`, share of the texts on which the feature is active at all.
    """

    def __init__(
        self,
        ids: list[str],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        values: NDArray[np.float32],
        density: NDArray[np.float32],
    ) -> None:
        self.ids, self.starts, self.rows, self.values, self.density = ids, starts, rows, values, density

    @classmethod
    def from_activations(cls, batches: Iterable[tuple[list[str], Tensor]], *, most: int = MOST) -> Self:
        """Index a stream.

        Args:
            batches: ids of some texts with the greatest activation of each feature on each of them, `[texts, d_sae]`; at least one.
            most: texts of a feature that are kept.
        """
        ids: list[str] = []
        entries = np.zeros(0, dtype=[("feature", np.int32), ("row", np.int32), ("value", np.float32)])
        pending, waiting = [entries], 0
        fires = np.zeros(0, dtype=np.int64)
        for names, activations in batches:
            dense = activations.numpy()
            found = np.zeros(np.count_nonzero(dense > 0), dtype=entries.dtype)
            row, found["feature"] = np.nonzero(dense > 0)
            found["row"] = row + len(ids)
            found["value"] = dense[dense > 0]
            fires = (dense > 0).sum(0) + (fires if len(fires) else 0)
            ids += names
            pending.append(found)
            waiting += len(found)
            if waiting > PENDING:
                pending, waiting = [_strongest(np.concatenate(pending), most)], 0
        entries = _strongest(np.concatenate(pending), most)
        starts = np.searchsorted(entries["feature"], np.arange(len(fires) + 1)).astype(np.int64)
        return cls(ids, starts, entries["row"].copy(), entries["value"].copy(), (fires / len(ids)).astype(np.float32))

    def of(self, feature: int, *, limit: int = 10) -> list[tuple[str, float]]:
        """Ids and activations of a feature's strongest texts; texts on which it is silent are left out."""
        part = slice(self.starts[feature], min(self.starts[feature] + limit, self.starts[feature + 1]))
        return [(self.ids[row], float(value)) for row, value in zip(self.rows[part], self.values[part], strict=True)]

    def save(self, folder: Path) -> None:
        """Write beside the SAE."""
        (folder / "top_documents.json").write_text(json.dumps(self.ids), encoding="utf-8")
        arrays: dict[str, NDArray[Any]] = {"starts": self.starts, "rows": self.rows, "values": self.values, "density": self.density}
        save_file(arrays, folder / "top_documents.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            OrganismError: the index is of an older form.
        """
        arrays = load_file(folder / "top_documents.safetensors")
        if "starts" not in arrays:
            raise OrganismError(f"{folder}: the index of features and texts is of an older form; build or add the organism again")
        ids = json.loads((folder / "top_documents.json").read_text(encoding="utf-8"))
        return cls(ids, arrays["starts"], arrays["rows"], arrays["values"], arrays["density"])


def _strongest(entries: NDArray[np.void], most: int) -> NDArray[np.void]:
    """The entries by feature, the strongest first, `most` of each; of equal ones the earlier text."""
    entries = entries[np.lexsort((entries["row"], -entries["value"], entries["feature"]))]
    first = np.searchsorted(entries["feature"], entries["feature"])
    return entries[np.arange(len(entries)) - first < most]
