"""SAE folders as SAELens writes them; where SAELens is installed, it is the oracle."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from organism import SAE
from organism.saelens import SAEFormatError
from tests.fakes.tiny_models import cut, make_sae

D_IN, D_SAE = 6, 20


def write(folder, architecture="standard", *, hook="blocks.3.hook_resid_post", threshold=True, **config):
    """A folder as SAELens lays it out, with the tensors in it."""
    torch.manual_seed(0)
    tensors = {
        "W_enc": torch.randn(D_IN, D_SAE),
        "W_dec": torch.randn(D_SAE, D_IN) * torch.rand(D_SAE, 1) * 3,
        "b_enc": torch.randn(D_SAE),
        "b_dec": torch.randn(D_IN),
    }
    if architecture == "jumprelu" and threshold:
        tensors["threshold"] = torch.rand(D_SAE)
    if architecture == "gated":
        del tensors["b_enc"]
        tensors |= {name: torch.randn(D_SAE) for name in ("b_gate", "b_mag", "r_mag")}
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "sae_weights.safetensors")
    fields = {
        "architecture": architecture,
        "d_in": D_IN,
        "d_sae": D_SAE,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {"sae_lens_version": "6.54.12", "model_name": "gpt2", "hook_name": hook},
    }
    (folder / "cfg.json").write_text(json.dumps(fields | config))
    return tensors


KINDS = [
    ("standard", {}),
    ("standard", {"apply_b_dec_to_input": False}),
    ("jumprelu", {}),
    ("jumprelu", {"apply_b_dec_to_input": False}),
    ("gated", {}),
    ("gated", {"apply_b_dec_to_input": False}),
    ("topk", {"k": 4}),
    ("topk", {"k": 4, "rescale_acts_by_decoder_norm": True}),
    ("topk", {"k": 20, "rescale_acts_by_decoder_norm": True, "apply_b_dec_to_input": False}),
]


def by_equation(tensors, x, architecture, config):
    """Features and reconstruction, from the equations as SAELens documents them."""
    inside = x - tensors["b_dec"] if config.get("apply_b_dec_to_input", True) else x
    if architecture == "gated":
        gate = inside @ tensors["W_enc"] + tensors["b_gate"] > 0
        features = gate * torch.relu(inside @ (tensors["W_enc"] * tensors["r_mag"].exp()) + tensors["b_mag"])
        return features, features @ tensors["W_dec"] + tensors["b_dec"]
    before = inside @ tensors["W_enc"] + tensors["b_enc"]
    norms = tensors["W_dec"].norm(dim=1) if config.get("rescale_acts_by_decoder_norm") else torch.ones(D_SAE)
    if architecture == "topk":
        before = before * norms
        kept = torch.zeros_like(before).scatter(-1, before.topk(config["k"]).indices, 1)
        features = torch.relu(before) * kept
    else:
        features = torch.relu(before) * (before > tensors.get("threshold", torch.zeros(D_SAE)))
    return features, (features / norms) @ tensors["W_dec"] + tensors["b_dec"]


@pytest.mark.parametrize(("architecture", "config"), KINDS)
def test_each_kind_computes_what_its_equation_says(tmp_path, architecture, config):
    tensors, x = write(tmp_path, architecture, **config), torch.randn(3, 7, D_IN)
    sae = SAE.load(tmp_path)
    features, reconstruction = by_equation(tensors, x, architecture, config)
    assert torch.allclose(sae.encode(x), features, atol=1e-4)
    assert torch.allclose(sae.decode(sae.encode(x)), reconstruction, atol=1e-4)
    sae.save(tmp_path / "again", model_name="organism-0")
    again = SAE.load(tmp_path / "again")
    assert (again.layer, again.k) == (sae.layer, sae.k) == (4, config.get("k"))
    assert torch.equal(again.encode(x), sae.encode(x))


@pytest.mark.parametrize(("architecture", "config"), KINDS)
def test_saelens_computes_the_same(tmp_path, architecture, config):
    lens = pytest.importorskip("sae_lens").SAE
    write(tmp_path, architecture, **config)
    x = torch.randn(9, D_IN)
    ours, theirs = SAE.load(tmp_path), lens.load_from_disk(tmp_path)
    assert torch.allclose(ours.encode(x), theirs.encode(x), atol=1e-4)
    assert torch.allclose(ours.decode(ours.encode(x)), theirs.decode(theirs.encode(x)), atol=1e-4)
    ours.save(tmp_path / "ours", model_name="organism-0")
    assert torch.allclose(lens.load_from_disk(tmp_path / "ours").encode(x), theirs.encode(x), atol=1e-4)


@pytest.mark.parametrize("name", ["JumpReLU", "Standard", "TopK", "BatchTopK", "Gated"])
def test_what_saelens_saves_for_inference_is_read(tmp_path, name):
    lens = pytest.importorskip("sae_lens")
    metadata = pytest.importorskip("sae_lens.saes.sae").SAEMetadata(model_name="gpt2", hook_name="model.layers.2")
    more = {"k": 4} if "TopK" in name else {}
    config = getattr(lens, f"{name}TrainingSAEConfig")(d_in=D_IN, d_sae=D_SAE, metadata=metadata, **more)
    torch.manual_seed(0)
    getattr(lens, f"{name}TrainingSAE")(config).save_inference_model(tmp_path)
    sae, x = SAE.load(tmp_path), torch.randn(9, D_IN)
    assert sae.layer == 3
    assert torch.allclose(sae.encode(x), lens.SAE.load_from_disk(tmp_path).encode(x), atol=1e-4)


@pytest.mark.parametrize(("hook", "layer"), [("model.layers.0", 1), ("model.layers.11", 12), ("blocks.0.hook_resid_post", 1)])
def test_the_layer_follows_from_the_hook(tmp_path, hook, layer):
    write(tmp_path, hook=hook)
    assert SAE.load(tmp_path).layer == layer


def test_weights_in_half_precision_are_read(tmp_path):
    tensors = write(tmp_path)
    save_file({name: tensor.bfloat16() for name, tensor in tensors.items()}, tmp_path / "sae_weights.safetensors")
    assert SAE.load(tmp_path).W_enc.dtype == torch.float32


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"architecture": "transcoder"}, ["architecture", "'standard', 'jumprelu', 'topk' or 'gated'"]),
        ({"normalize_activations": "layer_norm"}, ["normalize_activations", "'none'"]),
        ({"normalize_activations": "expected_average_only_in"}, ["normalize_activations"]),
        ({"reshape_activations": "hook_z"}, ["reshape_activations"]),
        ({"metadata": {"hook_name": "blocks.3.attn.hook_z"}}, ["hook_z", "blocks.N.hook_resid_post"]),
        ({"metadata": {"hook_name": "blocks.3.hook_resid_pre"}}, ["hook_resid_pre", "model.layers.N"]),
        ({"metadata": {}}, ["metadata.hook_name", "SAELens 6"]),
        ({"architecture": "topk"}, ["k is None"]),
        ({"architecture": "topk", "k": 21}, ["k is 21", "20"]),
        ({"d_sae": 21}, ["W_enc is [6, 20]", "[6, 21]"]),
        ({"architecture": "jumprelu"}, ["threshold is missing", "[20]"]),
    ],
)
def test_what_is_not_read_is_named(tmp_path, config, named):
    write(tmp_path, **config) if "architecture" not in config else write(tmp_path, threshold=False, **config)
    with pytest.raises(SAEFormatError) as caught:
        SAE.load(tmp_path)
    for word in [str(tmp_path), *named]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (lambda folder: (folder / "cfg.json").unlink(), "cfg.json: no such file"),
        (lambda folder: (folder / "cfg.json").write_text("{"), "cfg.json"),
        (lambda folder: (folder / "sae_weights.safetensors").unlink(), "sae_weights.safetensors: no such file"),
        (lambda folder: cut(folder / "sae_weights.safetensors"), "truncated"),
    ],
)
def test_a_damaged_folder_is_named(tmp_path, harm, named):
    harm(make_sae(tmp_path))
    with pytest.raises(SAEFormatError, match=named):
        SAE.load(tmp_path)


def test_a_topk_sae_is_saved_without_a_threshold(tmp_path):
    write(tmp_path, "topk", k=3)
    SAE.load(tmp_path).save(tmp_path / "again", model_name="organism-0")
    assert set(load_file(tmp_path / "again" / "sae_weights.safetensors")) == {"W_enc", "W_dec", "b_enc", "b_dec"}
