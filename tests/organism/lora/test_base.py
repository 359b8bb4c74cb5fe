import json
import shutil
import time

import pytest

from organism.foundry.lora.base import base_identity, check_base, read_config, resolve_base
from organism.foundry.lora.errors import BaseError


@pytest.fixture
def base(tiny_base, tmp_path):
    return shutil.copytree(tiny_base, tmp_path / "copy")


def test_a_whole_base_passes(tiny_base):
    assert resolve_base(str(tiny_base), weights=True) == tiny_base
    check_base(tiny_base)


@pytest.mark.parametrize("name", ["nobody/nothing", "./nothing", "/nothing/at/all"])
def test_what_cannot_be_found_is_said_in_seconds(name):
    started = time.monotonic()
    with pytest.raises(BaseError, match="no folder") as refusal:
        resolve_base(name, weights=True)
    assert time.monotonic() - started < 10
    assert name in str(refusal.value)


def test_a_hub_that_cannot_be_reached_is_named(monkeypatch):
    with pytest.raises(BaseError, match="cannot reach the hub for it; give a local folder"):
        resolve_base("nobody/nothing", weights=False)


def test_truncated_weights_are_named(base):
    weights = base / "model.safetensors"
    for size in (weights.stat().st_size - 1, 100, 4, 0):
        weights.write_bytes(weights.read_bytes()[:size])
        with pytest.raises(BaseError, match="download it again") as refusal:
            check_base(base)
        assert str(weights) in str(refusal.value)
    weights.unlink()
    with pytest.raises(BaseError, match=r"no \.safetensors file"):
        check_base(base)


def test_a_missing_shard_is_named(base):
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002.safetensors"}}
    (base / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(BaseError, match=r"names model-00002.safetensors, which is not there"):
        check_base(base)


def test_a_base_without_a_chat_template_is_refused(base):
    (base / "chat_template.jinja").unlink()
    with pytest.raises(BaseError, match="no chat template"):
        check_base(base)


def test_a_broken_config_is_named(base):
    for content in ("{", "[]"):
        (base / "config.json").write_text(content)
        with pytest.raises(BaseError, match=r"config\.json"):
            read_config(base)
    (base / "config.json").unlink()
    with pytest.raises(BaseError, match=r"no config\.json"):
        resolve_base(str(base), weights=True)


def test_the_identity_is_of_the_content(base, tiny_base):
    before = base_identity(base)
    assert before == base_identity(tiny_base)
    weights = base / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert base_identity(base) != before
