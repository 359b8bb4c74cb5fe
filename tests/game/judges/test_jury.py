"""Several judges as one: the majority, what silent members change, and agreement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.judge import CauseVerdict, Claim, ClaimVerdict, JudgeError, UnjudgedError, one_to_one
from game.judges import Jury, LexicalJudge, make_jury
from game.judges.jury import agreement

CLAIMS = [Claim(context="a", behaviour="b"), Claim(context="c", behaviour="d")]


class Says:
    """Always the same verdict; nothing for the silent."""

    basis = "0"

    def __init__(self, name, *, yes=True, evaluator="e", biases=("x", None)):
        self.name, self.yes, self.evaluator, self.biases = name, yes, evaluator, biases

    async def root_cause(self, *_):
        if self.yes is None:
            raise UnjudgedError(f"{self.name} is silent")
        yes = {name: self.yes for name in CauseVerdict.model_fields if name != "evaluator"}
        return CauseVerdict(**yes, evaluator=self.evaluator)

    async def behaviours(self, *_):
        if self.yes is None:
            raise UnjudgedError(f"{self.name} is silent")
        return [ClaimVerdict(bias=bias) for bias in self.biases]


async def test_more_than_half_must_agree(truth):
    yes, no = Says("yes"), Says("no", yes=False, evaluator=None, biases=(None, None))
    for members, expected in (([yes, no], False), ([yes, yes, no], True), ([yes, no, no], False), ([yes], True)):
        jury = Jury(members)
        verdict = await jury.root_cause("t", truth)
        assert verdict.knows_the_flaws is expected
        assert verdict.evaluator == ("e" if expected else None)
        assert (await jury.behaviours(CLAIMS, truth))[0].bias == ("x" if expected else None)


async def test_a_silent_member_is_told_and_does_not_vote(truth):
    jury = Jury([Says("yes"), Says("mute", yes=None)])
    assert (await jury.root_cause("t", truth)).pleases_evaluator
    assert jury.judging.unjudged == ("mute is silent",)
    assert jury.judging.judges == ("yes", "mute")
    assert jury.judging.agreement is None
    with pytest.raises(UnjudgedError, match="mute is silent"):
        await Jury([Says("mute", yes=None)] * 2).root_cause("t", truth)


async def test_majorities_stay_one_to_one(truth):
    found = await Jury([Says("a", biases=("x", "x"))] * 3).behaviours(CLAIMS, truth)
    assert [(verdict.bias, verdict.repeated) for verdict in found] == [("x", False), ("x", True)]


async def test_names_and_agreement(truth):
    jury = Jury([Says("a"), Says("a"), Says("b")])
    assert jury.name == "a x 2, b"
    await jury.root_cause("t", truth)
    await jury.behaviours(CLAIMS, truth)
    assert jury.judging.agreement == 1.0


def test_alpha_of_a_published_example():
    """Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example C: nominal data, four observers, alpha = .743."""
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    assert agreement(list(zip(*rows, strict=True))) == pytest.approx(0.743, abs=5e-4)


@given(st.lists(st.lists(st.none() | st.sampled_from("abc"), min_size=3, max_size=3)))
def test_alpha_is_at_most_one(votes):
    value = agreement(votes)
    assert value is None or value <= 1


@given(st.lists(st.none() | st.sampled_from("abc")))
def test_each_bias_counts_once(named):
    verdicts = one_to_one(named)
    counted = [verdict.bias for verdict in verdicts if verdict.bias and not verdict.repeated]
    assert [verdict.bias for verdict in verdicts] == named
    assert sorted(counted) == sorted({name for name in named if name})


def test_wrong_juries():
    with pytest.raises(JudgeError, match="named twice"):
        make_jury(["lexical", "lexical"])
    with pytest.raises(JudgeError, match="known: anthropic, lexical, openai"):
        make_jury(["nobody"])
    with pytest.raises(JudgeError, match="its lists alone"):
        make_jury(["lexical:x"])
    with pytest.raises(ValueError, match="needs a judge"):
        Jury([])
    assert isinstance(make_jury(["lexical"], repeats=4)[0], LexicalJudge)
    assert len(make_jury(["lexical"], repeats=4)) == 1
