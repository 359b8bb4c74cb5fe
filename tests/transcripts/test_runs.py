import os

import pytest

from transcripts import RunError, find_run, list_runs, new_run, no_run


def make(root, stem, age=0):
    run = new_run(root, stem)
    run.spec.write_text("{}", encoding="utf-8")
    os.utime(run.spec, (1_700_000_000 - age,) * 2)
    return run


def test_a_run_is_found_by_id_folder_and_beginning(tmp_path):
    one, other = make(tmp_path, "alpha"), make(tmp_path, "beta")
    assert find_run("alpha-001", tmp_path) == one
    assert find_run("be", tmp_path) == other
    assert find_run(str(one.path), tmp_path / "elsewhere").spec == one.spec


def test_a_whole_id_wins_over_longer_ids_that_begin_so(tmp_path):
    run = make(tmp_path, "a")
    longer = tmp_path / "a-0012"
    longer.mkdir()
    (longer / "spec.json").write_text("{}", encoding="utf-8")
    assert find_run("a-001", tmp_path) == run


def test_last_is_the_newest_whatever_its_name(tmp_path):
    newest = make(tmp_path, "alpha", age=1)
    make(tmp_path, "zeta", age=9)
    assert find_run("last", tmp_path) == newest


def test_an_ambiguous_beginning_lists_the_runs_that_fit(tmp_path):
    for stem in ("alpha", "alpine", "beta"):
        make(tmp_path, stem)
    with pytest.raises(RunError, match="several runs 'alp'") as refusal:
        find_run("alp", tmp_path)
    assert "alpha-001, alpine-001" in str(refusal.value)
    assert "beta" not in str(refusal.value)


@pytest.mark.parametrize("name", ["gamma", "last ", "../alpha-001/x", "\x00", "*"])
def test_an_unknown_run_lists_the_known(tmp_path, name):
    make(tmp_path, "alpha")
    with pytest.raises(RunError, match="known: alpha-001"):
        find_run(name, tmp_path)


def test_last_of_no_runs_says_so(tmp_path):
    with pytest.raises(RunError, match="none yet"):
        find_run("last", tmp_path)
    assert list_runs(tmp_path / "absent") == []


def test_a_folder_without_a_spec_is_no_run(tmp_path):
    new_run(tmp_path, "alpha")
    assert list_runs(tmp_path) == []


@pytest.mark.parametrize("stem", ["alpha", "../../evil", "a b/c:d", ".."])
def test_new_runs_never_share_a_folder_and_stay_under_the_root(tmp_path, stem):
    runs = [new_run(tmp_path / "runs", stem) for _ in range(3)]
    assert len({run.path for run in runs}) == 3
    assert all(run.path.parent == tmp_path / "runs" and run.path.is_dir() for run in runs)
    assert {path.name for path in tmp_path.iterdir()} == {"runs"}


def test_a_run_is_finished_once_done_is_written(tmp_path):
    run = make(tmp_path, "alpha")
    assert not run.finished
    run.done.write_text("{}", encoding="utf-8")
    assert run.finished


def test_where_runs_lie_deeper_their_folders_are_named(tmp_path):
    assert no_run([tmp_path]) == f"no run under {tmp_path}"
    spec = tmp_path / "sweep-x" / "run-1" / "spec.json"
    spec.parent.mkdir(parents=True)
    spec.write_text("{}")
    assert no_run([tmp_path]) == f"no run under {tmp_path}; there are some in {tmp_path / 'sweep-x'}"
