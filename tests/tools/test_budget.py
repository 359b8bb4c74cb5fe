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


@pytest.mark.parametrize("field", ["turns", "calls", "generated_tokens", "helper_tokens", "minutes"])
def test_a_limit_of_nothing_is_refused(field):
    with pytest.raises(ValidationError, match=field):
        Budget.model_validate({field: 0})
