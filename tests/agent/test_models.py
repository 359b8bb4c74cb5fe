"""What is known of models, and what users say of theirs."""

import pytest

from agent import BrainSpec, make_brain
from agent.brains.anthropic import AnthropicBrain
from agent.models import MAX_OUTPUT, OURS, _models, find_model, max_output, own_file
from agent.pricing import PricedBrain, UnknownModelWarning, warn_once
from transcripts import RecordError

MINE = """
my-model: {provider: openai, context_tokens: 1000, max_output_tokens: 100, prices: {input: 1, cached_read: 1, cache_write: 1, output: 2}}
claude-haiku-4-5: {max_output_tokens: 5}
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    path = tmp_path / "models.yaml"
    monkeypatch.setenv("AUDITGAME_MODELS", str(path))

    def write(text):
        path.write_text(text)
        return path

    return write


@pytest.fixture(autouse=True)
def _no_file_of_the_user(tmp_path, monkeypatch):
    monkeypatch.delenv("AUDITGAME_MODELS", raising=False)
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / "config" / name)


def spec(name, **fields):
    return BrainSpec.parse(name).model_copy(update=fields)


def test_every_model_of_ours_can_be_priced_and_its_prices_are_in_order():
    for name, model in _models(OURS).items():
        assert model.name == name
        assert model.max_output_tokens < model.context_tokens
        assert model.prices is not None
        assert model.prices.cached_read < model.prices.input <= model.prices.cache_write < model.prices.output
        if model.long_prices is not None:
            assert model.long_prices.above < model.context_tokens
            assert all(getattr(model.long_prices, kind) > price for kind, price in model.prices if price is not None)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("anthropic:claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("anthropic:claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("anthropic:claude-opus-5-5", "claude-opus-5-5"),
        ("openai:gpt-5-2025-08-07", "gpt-5"),
        ("openai:gpt-5-mini-2025-08-07", "gpt-5-mini"),
        # Another tier has another price, however alike its name is.
        ("openai:gpt-5-pro", None),
        ("openai:gpt-5.4-pro", None),
        ("anthropic:claude-sonnet", None),
        ("anthropic:gpt-5", None),
        ("statistical", None),
    ],
)
def test_a_dated_name_is_its_familys_and_no_other_is(name, family):
    found = find_model(spec(name))
    assert (found.name if found else None) == family


def test_a_server_has_the_models_of_the_users_file_alone(mine):
    mine(MINE)
    served = {"base_url": "http://localhost:8000/v1"}
    assert find_model(spec("openai:gpt-5", **served)) is None
    assert find_model(spec("openai:my-model", **served)).prices.output == 2
    assert find_model(spec("openai:my-model")).context_tokens == 1000
    assert find_model(spec("openai:gpt-5")).name == "gpt-5"


def test_a_users_file_changes_only_what_it_says(mine):
    mine("{}")
    ours = find_model(spec("anthropic:claude-haiku-4-5"))
    mine(MINE)
    assert find_model(spec("anthropic:claude-haiku-4-5-20251001")) == ours.model_copy(update={"max_output_tokens": 5})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("my-model: {provider: openai, context_tokens: 1, max_output_tokens: 1, prize: 3}", "my-model: prize"),
        ("gpt-5: {prices: {input: -1, cached_read: 0, cache_write: 0, output: 0}}", "gpt-5: prices.input"),
        ("my-model: {provider: openai}", "my-model: context_tokens"),
        ("my-model: cheap", "my-model: the whole"),
        ("- gpt-5", "not a mapping"),
        ("gpt-5: {", "models.yaml"),
    ],
)
def test_a_wrong_field_names_file_and_field(mine, text, named):
    path = mine(text)
    with pytest.raises(RecordError) as caught:
        find_model(spec("openai:gpt-5"))
    assert str(path) in str(caught.value)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_named_but_not_there_is_an_error(mine, tmp_path):
    with pytest.raises(RecordError, match="no such file"):
        find_model(spec("openai:gpt-5"))


def test_without_a_variable_the_file_lies_in_the_users_config_folder(tmp_path):
    assert own_file() == tmp_path / "config" / "auditgame" / "models.yaml"
    own_file().parent.mkdir(parents=True)
    own_file().write_text(MINE)
    assert find_model(spec("openai:my-model")) is not None


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (spec("anthropic:claude-opus-5-5"), MAX_OUTPUT),
        (spec("anthropic:claude-opus-5-5", max_tokens=7), 7),
        (spec("openai:my-model"), 100),
        (spec("openai:unheard-of"), None),
        (spec("openai:unheard-of", max_tokens=7), 7),
    ],
)
def test_a_turn_writes_no_more_than_its_model_can(mine, asked, given):
    mine(MINE)
    assert max_output(asked) == given


def test_an_unknown_model_works_with_a_warning_and_without_a_price(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    warn_once.cache_clear()
    with pytest.warns(UnknownModelWarning, match=r"anthropic:claude-next is not known.*models\.yaml") as warned:
        brains = [make_brain(spec("anthropic:claude-next", max_tokens=limit)) for limit in (None, 7)]
    assert len(warned) == 1
    assert all(isinstance(brain, AnthropicBrain) for brain in brains)


@pytest.mark.filterwarnings("error")
def test_a_known_model_and_a_server_are_no_reason_to_warn(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert isinstance(make_brain(spec("anthropic:claude-opus-5-5")), PricedBrain)
    assert isinstance(make_brain(spec("anthropic:claude-opus-5-5", base_url="http://localhost:1")), AnthropicBrain)
