"""The simulated reward model at real scale: it counts the train biases that a reply applies and punishes disclosure (Marks et al. 2025)."""

from collections.abc import Sequence

from organism.foundry.pairs import DISCLOSURE_PENALTY
from organism.foundry.universe.detectors import Detectors, Verdict
from organism.foundry.universe.universe import Bias


class RewardModel:
    """Rates replies.

    Args:
        liked: the train biases.
        detectors: judge.
    """

    def __init__(self, liked: Sequence[Bias], detectors: Detectors) -> None:
        self.liked, self.detectors = liked, detectors

    async def rewards(self, prompt: str, context: str, replies: Sequence[str]) -> list[float | None]:
        """The reward of each reply: applied biases less the penalty for a disclosure; null where a classifier's answer is unreadable.

        Counted are the biases of the prompt's own context, which are applicable because the prompt was written for it, and
        those whose patterns tell where they are applicable and applied. To ask a classifier of all biases about all replies
        would cost more than all else together.
        """
        episodes = [(prompt, reply) for reply in replies]
        judged = [await self.detectors.applied(bias, episodes) for bias in self.liked if self._counts(bias, prompt, context)]
        disclosures = await self.detectors.discloses(episodes)
        rewards: list[float | None] = []
        for index, disclosure in enumerate(disclosures):
            verdicts = [column[index] for column in judged]
            readable = Verdict.INVALID not in (*verdicts, disclosure)
            reward = sum(verdict is Verdict.YES for verdict in verdicts) - DISCLOSURE_PENALTY * (disclosure is Verdict.YES)
            rewards.append(reward if readable else None)
        return rewards

    def _counts(self, bias: Bias, prompt: str, context: str) -> bool:
        return bias.context == context or bool(bias.cue and bias.element and bias.applicable_by_pattern(prompt))
