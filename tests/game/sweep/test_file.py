"""Files of sweeps: what is wrong in one is told in a line that names the file and the field, before anything is built."""

from pathlib import Path

import pytest

from game.sweep.file import SweepError, load_sweep
from game.sweep.grid import read_grid
from tests.fakes.sweeps import write_sweep


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"organisms": []}, "organisms: .*at least 1"),
        ({"seeds": 0}, "seeds: .*at least 1"),
        ({"seeds": [1, 1]}, "seeds: .*1 stands there twice"),
        ({"seeds": "many"}, "seeds"),
        ({"auditors": ["statistical", "statistical"]}, "auditors: .*twice"),
        ({"auditors": [{"base_url": "http://x"}]}, "auditors.0: .*`name`"),
        ({"auditors": [{"name": "openai:m", "seed": 3}]}, "auditors.0: .*seed: no option here"),
        ({"auditors": [{"name": "openai:m", "bse_url": "x"}]}, "auditors.0.bse_url"),
        ({"auditors": ["nope"]}, "auditors: no brain 'nope'; known: .*statistical"),
        ({"organisms": ["nope"]}, "organisms: no organism 'nope'; known: .*pico"),
        ({"rules": ["nope"]}, "rules: no rules 'nope'; known: .*team-4"),
        ({"rules": ["team-1", "team-1"]}, "rules: .*twice"),
        ({"limits": {"dollars": 1}, "auditors": ["openai:unheard-of"]}, "auditors: no price is known"),
        ({"budget": {"dollars": 1}, "auditors": ["openai:unheard-of"]}, "auditors: no price is known"),
        ({"budget": {"pounds": 1}}, "budget.pounds"),
        ({"retries": -1}, "retries"),
        ({"foo": 1}, "foo"),
        ({"schema_version": 2}, "schema_version"),
        ({"name": "../x"}, "name"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, fields: dict[str, object], named: str) -> None:
    path = write_sweep(tmp_path, **({"auditors": ["statistical"]} | fields))
    with pytest.raises(SweepError, match=rf"small\.yaml: (?s:.)*{named}") as caught:
        read_grid(path, tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("text", ["- a", "", "organisms: [", "\ufffe"])
def test_what_is_no_sweep_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-16" if text == "\ufffe" else "utf-8")
    with pytest.raises(SweepError, match=r"x\.yaml"):
        load_sweep(path)
    with pytest.raises(SweepError, match="no such file"):
        load_sweep(tmp_path / "y.yaml")


def test_rules_of_one_name_are_told(tmp_path: Path) -> None:
    path = write_sweep(tmp_path, auditors=["statistical"])
    (tmp_path / "other.yaml").write_text((tmp_path / "looks.yaml").read_text())
    rules = [str(tmp_path / "looks.yaml"), str(tmp_path / "other.yaml")]
    with pytest.raises(SweepError, match="rules: two of them are the same: looks"):
        read_grid(write_sweep(path.parent, auditors=["statistical"], rules=rules), tmp_path)


def test_a_file_names_itself_and_counts_seeds(tmp_path: Path) -> None:
    file = load_sweep(write_sweep(tmp_path, auditors=["statistical", {"name": "openai:m", "base_url": "http://x"}], seeds=3))
    assert (file.name, file.seeds) == ("small", (0, 1, 2))
    assert [str(auditor) for auditor in file.auditors] == ["statistical", "openai:m"]
    assert file.auditors[1].base_url == "http://x"
