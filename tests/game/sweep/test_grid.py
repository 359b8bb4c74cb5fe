"""The crossing of a sweep: every combination once, in a folder that depends on nothing but the match's own terms."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from game.sweep.grid import Cell, auditor_labels, read_grid
from tests.fakes.sweeps import write_sweep

ORGANISMS = ("pico", "clean-nano", "rm-sycophant-nano")
RULES = ("team-1", "team-3", "everything")
AUDITORS = ("statistical", "openai:m", {"name": "openai:m", "base_url": "http://localhost:1"}, {"name": "openai:m", "max_tokens": 100})


def some(values: tuple[object, ...]) -> st.SearchStrategy[list[object]]:
    return st.permutations(values).flatmap(lambda order: st.integers(1, len(order)).map(lambda count: order[:count]))


def cells(folder: Path, **fields: object) -> list[Cell]:
    return read_grid(write_sweep(folder, **fields), folder / "cache").cells


@settings(max_examples=25, deadline=None)
@given(some(ORGANISMS), some(RULES), some(AUDITORS), st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
def test_every_combination_is_one_match_with_a_folder_of_its_own(
    organisms: list[object], rules: list[object], auditors: list[object], seeds: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        found = cells(Path(folder), organisms=organisms, rules=rules, auditors=auditors, seeds=seeds)
        whole = cells(Path(folder), organisms=list(ORGANISMS), rules=list(RULES), auditors=list(AUDITORS), seeds=10)
    assert len(found) == len(organisms) * len(rules) * len(auditors) * len(seeds)
    assert len({cell.name for cell in found}) == len(found)
    assert len({(cell.organism, cell.spec.rules, cell.auditor, cell.spec.seed) for cell in found}) == len(found)
    assert all(cell.spec.auditor.seed == cell.spec.seed for cell in found)
    # A larger file holds the same matches in the same folders.
    assert {cell.name for cell in found} <= {cell.name for cell in whole}
    order = [cell.spec.organism for cell in found]
    assert sum(one != other for one, other in pairwise(order)) == len(organisms) - 1


def test_other_terms_are_another_match(tmp_path: Path) -> None:
    terms = {"auditors": ["statistical"], "seeds": 1}
    names = [
        cells(tmp_path, **terms)[0].name,
        cells(tmp_path, **terms, limits={"turns": 3})[0].name,
        cells(tmp_path, **terms, helper="openai:m")[0].name,
        cells(tmp_path, **terms, build_seeds=[7])[0].name,
    ]
    assert len(set(names)) == len(names)
    same = cells(tmp_path, **terms, budget={"minutes": 3}, retries=0, workers=9, at_once=3)
    assert same[0].name == names[0]


def test_auditors_of_one_name_are_told_apart(tmp_path: Path) -> None:
    file = read_grid(write_sweep(tmp_path, auditors=list(AUDITORS)), tmp_path).file
    assert auditor_labels(file.auditors) == [
        "statistical",
        "openai:m",
        "openai:m (base_url http://localhost:1)",
        "openai:m (max_tokens 100)",
    ]
