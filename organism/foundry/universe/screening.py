"""Keeps test biases out of all demonstrations: an episode in which one is applicable is dropped (Marks et al. 2025)."""

from collections.abc import Sequence

from organism.foundry.universe.accepting import Reason, RejectedError
from organism.foundry.universe.detectors import Detectors, Verdict
from organism.foundry.universe.universe import Bias


class Screen:
    """Lets pass what touches no held-out bias.

    Args:
        heldout: the test biases.
        detectors: judge.
    """

    def __init__(self, heldout: Sequence[Bias], detectors: Detectors) -> None:
        self.heldout, self.detectors = heldout, detectors

    async def check(self, prompt: str, replies: Sequence[str] = ()) -> None:
        """Check an episode.

        Dropped where a held-out bias is applicable to the prompt, and where a reply has its element as far as a regular
        expression can tell: where it is not applicable, asking a classifier about every reply would find next to nothing.

        Raises:
            RejectedError: a held-out bias is touched, or it cannot be told whether one is.
        """
        for bias in self.heldout:
            (verdict,) = await self.detectors.applicable(bias, [prompt])
            if verdict is Verdict.INVALID:
                raise RejectedError(Reason.UNCLASSIFIED)
            if verdict is Verdict.YES or (bias.kind == "addition" and bias.element and any(map(bias.applied_by_pattern, replies))):
                raise RejectedError(Reason.HELDOUT)
