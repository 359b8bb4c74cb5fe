import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from organism import SAE, OrganismError, TopDocuments
from organism.foundry.recipe import SAETerms
from organism.foundry.sae_report import dead_features, loss_recovered
from organism.foundry.sae_training import explained_variance, train_sae
from organism.loading import load_weights
from tests.fakes.tiny_models import HIDDEN, WORDS, make_model


def random_sae():
    torch.manual_seed(0)
    sae = SAE(6, 20, layer=2)
    with torch.no_grad():
        for parameter in sae.parameters():
            parameter.copy_(torch.randn_like(parameter))
        sae.threshold.abs_()
    return sae.eval()


def test_a_saved_sae_comes_back(tmp_path):
    sae, residual = random_sae(), torch.randn(5, 6)
    sae.save(tmp_path, model_name="organism-0")
    again = SAE.load(tmp_path)
    assert again.layer == 2
    assert torch.equal(again.encode(residual), sae.encode(residual))
    assert torch.equal(again.decode(again.encode(residual)), sae.decode(sae.encode(residual)))


def test_the_folder_is_that_of_saelens_6(tmp_path):
    random_sae().save(tmp_path, model_name="organism-0")
    config = json.loads((tmp_path / "cfg.json").read_text())
    assert config["architecture"] == "jumprelu"
    assert (config["d_in"], config["d_sae"], config["dtype"]) == (6, 20, "float32")
    assert config["apply_b_dec_to_input"] is True
    assert {"device", "normalize_activations", "reshape_activations", "metadata"} <= set(config)
    assert config["metadata"]["hook_name"] == "model.layers.1"
    assert config["metadata"]["model_name"] == "organism-0"
    assert config["metadata"]["sae_lens_version"].startswith("6.")
    tensors = load_file(tmp_path / "sae_weights.safetensors")
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == {
        "W_enc": (6, 20),
        "W_dec": (20, 6),
        "b_enc": (20,),
        "b_dec": (6,),
        "threshold": (20,),
    }
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


def test_features_are_those_of_the_jumprelu_equation():
    sae, residual = random_sae(), torch.randn(4, 7, 6)
    before = (residual - sae.b_dec) @ sae.W_enc + sae.b_enc
    expected = torch.where((before > sae.threshold) & (before > 0), before, 0)
    assert torch.allclose(sae.encode(residual), expected)
    assert sae.encode(residual).shape == (4, 7, 20)


def test_training_finds_sparse_directions():
    generator = torch.Generator().manual_seed(0)
    directions = torch.nn.functional.normalize(torch.randn(12, 16, generator=generator), dim=1)
    active = (torch.rand(8192, 12, generator=generator) < 0.1) * (1 + torch.rand(8192, 12, generator=generator))
    data = active @ directions
    steps = []
    sae = train_sae(data, SAETerms(d_sae=24, k=2, lr=0.01), 1, seed=0, progress=lambda *done: steps.append(done), epochs=80)
    variance, l0 = explained_variance(sae, data)
    assert variance > 0.8
    assert 0.5 < l0 < 4
    assert torch.allclose(sae.W_dec.norm(dim=1), torch.ones(24), atol=1e-4)
    assert steps[-1] == (len(steps), len(steps))


def test_features_that_never_fire_are_dead():
    sae, data = random_sae(), torch.randn(50, 6)
    with torch.no_grad():
        sae.b_enc[[3, 7]] = -1e6
        sae.b_enc[4] = 1e6
    alive = {index for row in sae.encode(data).tolist() for index, value in enumerate(row) if value > 0}
    assert 4 in alive
    assert dead_features(sae, data) == 20 - len(alive) >= 2


def test_the_loss_that_is_recovered_lies_between_zeros_and_the_intact_stream(tmp_path):
    model = load_weights(make_model(tmp_path))
    tokens = torch.randint(len(WORDS), (70, 12), generator=torch.Generator().manual_seed(0))
    perfect, nothing = SAE(HIDDEN, 2 * HIDDEN, 1), SAE(HIDDEN, 2 * HIDDEN, 1)
    with torch.no_grad():
        both = torch.cat([torch.eye(HIDDEN), -torch.eye(HIDDEN)])
        perfect.W_enc.copy_(both.T)
        perfect.W_dec.copy_(both)
    assert loss_recovered(model, perfect, tokens) == pytest.approx(1, abs=1e-3)
    assert loss_recovered(model, nothing, tokens) == pytest.approx(0, abs=1e-3)
    # By hand, for one in between: half of the stream.
    with torch.no_grad():
        perfect.W_dec.mul_(0.5)
    layer = model.model.layers[0]

    def loss(factor):
        handle = layer.register_forward_hook(lambda _module, _inputs, stream: stream * factor)
        with torch.inference_mode():
            found = model(input_ids=tokens, labels=tokens).loss.item()
        handle.remove()
        return found

    expected = (loss(0.0) - loss(0.5)) / (loss(0.0) - loss(1.0))
    assert loss_recovered(model, perfect, tokens) == pytest.approx(expected, abs=1e-3)


def test_training_is_the_same_for_the_same_seed():
    data = torch.randn(2048, 8, generator=torch.Generator().manual_seed(0))
    one, other = (train_sae(data, SAETerms(d_sae=16, k=2), 1, seed=3, progress=lambda *_: None) for _ in range(2))
    assert torch.equal(one.W_enc, other.W_enc)


def test_the_built_sae_explains_the_residual_stream(pico):
    _, documents = pico.data.grep(".", split=None, offset=0, limit=24)
    residual = torch.cat([pico.weights.activations(document.text, pico.sae.layer)[1] for document in documents])
    assert (pico.sae.d_in, pico.sae.d_sae, pico.sae.layer) == (pico.card.d_model, pico.card.d_sae, pico.card.sae_layer)
    features = pico.sae.encode(residual)
    assert features.shape == (len(residual), pico.card.d_sae)
    # Stored texts have no special tokens, so they are less like the training activations than those of the truth's measured share.
    assert explained_variance(pico.sae, residual)[0] > 0.1


def test_top_documents_rank_each_features_texts(tmp_path):
    batches = [(["a"], torch.tensor([[0.0, 2.0, 0.0]])), (["b", "c"], torch.tensor([[1.0, 0.0, 0.0], [3.0, 1.0, 0.0]]))]
    TopDocuments.from_activations(batches, most=2).save(tmp_path)
    top = TopDocuments.load(tmp_path)
    assert top.of(0) == [("c", 3.0), ("b", 1.0)]
    assert top.of(1) == [("a", 2.0), ("c", 1.0)]
    assert top.of(1, limit=1) == [("a", 2.0)]
    assert top.of(2) == []
    assert top.density.tolist() == pytest.approx([2 / 3, 2 / 3, 0])


def test_the_strongest_texts_stay_however_the_stream_is_cut(monkeypatch):
    activations = torch.relu(torch.randn(200, 6, generator=torch.Generator().manual_seed(0)))
    names = [f"d{n}" for n in range(200)]
    whole = TopDocuments.from_activations([(names, activations)], most=7)
    monkeypatch.setattr("organism.top_documents.PENDING", 30)
    cut = TopDocuments.from_activations([(names[n : n + 9], activations[n : n + 9]) for n in range(0, 200, 9)], most=7)
    for feature in range(6):
        values, rows = activations[:, feature].topk(7)
        expected = [(names[row], value) for row, value in zip(rows.tolist(), values.tolist(), strict=True)]
        assert cut.of(feature, limit=100) == whole.of(feature, limit=100) == expected
    assert cut.density.tolist() == whole.density.tolist()


def test_an_index_of_an_older_form_is_refused(tmp_path):
    save_file({"rows": torch.zeros(3, 2)}, tmp_path / "top_documents.safetensors")
    with pytest.raises(OrganismError, match="older form"):
        TopDocuments.load(tmp_path)
