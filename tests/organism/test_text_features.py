import pytest
import torch

from organism.loading import load_tokenizer, load_weights
from organism.residual import residual_stream
from organism.sae import SAE
from organism.text_features import LONGEST, text_features
from tests.fakes.tiny_models import HIDDEN, make_model, make_sae


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    make_model(folder / "model")
    return load_weights(folder / "model"), load_tokenizer(folder / "model"), SAE.load(make_sae(folder / "sae", d_in=HIDDEN))


def test_each_text_is_read_as_if_it_were_alone(parts):
    model, tokenizer, sae = parts
    texts = ["hello the cat sat on a mat", "", "tea", *(f"{'the cat ' * (number % 5)}sat" for number in range(80))]
    read = {index: (ids, features) for part in text_features(*parts, texts) for index, ids, features in part}
    assert set(read) == set(range(len(texts))) - {1}
    for index, (ids, features) in read.items():
        assert ids == tokenizer(texts[index], add_special_tokens=False)["input_ids"]
        alone = sae.encode(residual_stream(model, torch.tensor([ids]), sae.layer)[0])
        assert torch.allclose(features, alone, atol=1e-5)


def test_only_the_beginning_of_a_long_text_is_read(parts):
    ((_, ids, features),) = next(text_features(*parts, ["tea " * 3 * LONGEST]))
    assert len(ids) == len(features) == LONGEST


def test_no_text_has_no_features(parts):
    assert list(text_features(*parts, [])) == list(text_features(*parts, [""])) == []
