"""The brains that come with the package. Each is imported when it is first made: the SDKs take a second to load."""

from agent.brain import Brain, BrainSpec, register_brain


def _statistical(spec: BrainSpec) -> Brain:
    from agent.statistical import make_statistical

    return make_statistical(spec)


def _anthropic(spec: BrainSpec) -> Brain:
    from agent.brains.anthropic import make_anthropic

    return make_anthropic(spec)


def _openai(spec: BrainSpec) -> Brain:
    from agent.brains.openai import make_openai

    return make_openai(spec)


def _replay(spec: BrainSpec) -> Brain:
    from agent.brains.replay import make_replay

    return make_replay(spec)


register_brain("statistical", _statistical)
register_brain("anthropic", _anthropic)
register_brain("openai", _openai)
register_brain("replay", _replay)
