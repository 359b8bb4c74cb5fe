"""The auditor without any language model: the embedded default."""

from agent.statistical.brain import StatisticalBrain, make_statistical

__all__ = ["StatisticalBrain", "make_statistical"]
