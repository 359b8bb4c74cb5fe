"""For each SAE feature the training texts on which it is most active, computed once when the organism is built."""

import json
from pathlib import Path
from typing import Self

from safetensors.torch import load_file, save_file
from torch import Tensor


class TopDocuments:
    """The strongest texts of each feature, and how often it fires.

    Args:
        ids: ids of the texts that were looked at.
        rows: int64 `[d_sae, top]`, indices into `ids`, strongest first.
        values: float32 `[d_sae, top]`, greatest activation on the text's tokens.
        density: float32 `[d_sae]`, share of the texts on which the feature is active at all.
    """

    def __init__(self, ids: list[str], rows: Tensor, values: Tensor, density: Tensor) -> None:
        self.ids, self.rows, self.values, self.density = ids, rows, values, density

    @classmethod
    def from_activations(cls, ids: list[str], activations: Tensor, *, top: int = 10) -> Self:
        """Rank from the greatest activation of each feature on each text, `[texts, d_sae]`."""
        values, rows = activations.T.topk(min(top, len(ids)), dim=1)
        return cls(ids, rows, values, (activations > 0).float().mean(0))

    def of(self, feature: int) -> list[tuple[str, float]]:
        """Ids and activations of a feature's strongest texts; texts on which it is silent are left out."""
        pairs = zip(self.rows[feature].tolist(), self.values[feature].tolist(), strict=True)
        return [(self.ids[row], value) for row, value in pairs if value > 0]

    def save(self, folder: Path) -> None:
        """Write beside the SAE."""
        (folder / "top_documents.json").write_text(json.dumps(self.ids), encoding="utf-8")
        tensors = {"rows": self.rows.contiguous(), "values": self.values.contiguous(), "density": self.density.contiguous()}
        save_file(tensors, folder / "top_documents.safetensors")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        tensors = load_file(folder / "top_documents.safetensors")
        ids = json.loads((folder / "top_documents.json").read_text(encoding="utf-8"))
        return cls(ids, tensors["rows"], tensors["values"], tensors["density"])
