import pytest
from pydantic import ValidationError

from tools import Budget, Used


def test_the_share_is_that_of_the_tightest_limit():
    used = Used(turns=5, calls=10, generated_tokens=100, helper_tokens=7, seconds=30)
    assert used.share(Budget(turns=10, calls=100)) == (0.5, "turns")
    assert used.share(Budget(generated_tokens=50)) == (2.0, "generated tokens")
    assert used.share(Budget(minutes=1)) == (0.5, "minutes")
    assert used.share(Budget(helper_tokens=10)) == (0.7, "helper tokens")
    assert used.share(Budget()) == (0.0, "")
    spent = Used(turns=5, brain_input_tokens=30, brain_output_tokens=20, dollars=1.5)
    assert spent.share(Budget(brain_tokens=100, turns=100)) == (0.5, "brain tokens")
    assert spent.share(Budget(dollars=2, turns=10)) == (0.75, "dollars")


def test_limits_in_words():
    assert str(Budget(turns=60, brain_tokens=2_000_000, dollars=0.5)) == "60 turns, 2,000,000 brain tokens, 0.5 dollars"
    assert str(Budget()) == "unlimited"


@pytest.mark.parametrize("field", sorted(Budget.model_fields))
def test_a_limit_of_nothing_is_refused(field):
    with pytest.raises(ValidationError, match=field):
        Budget.model_validate({field: 0})
