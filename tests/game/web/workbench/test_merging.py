"""Two people who write at once."""

from game.web.workbench.merging import merge

BASE = {"root_cause": "a", "behaviours": [{"context": "x", "evidence": []}], "limits": ""}


def changed(**fields):
    return {**BASE, **fields}


def test_what_each_changed_is_kept():
    mine = changed(root_cause="mine", behaviours=[{"context": "mine", "evidence": []}])
    theirs = changed(limits="theirs", behaviours=[{"context": "x", "evidence": [{"event": 3}]}, {"context": "new"}])
    kept, clash = merge(BASE, mine, theirs)
    assert kept == {
        "root_cause": "mine",
        "behaviours": [{"context": "mine", "evidence": [{"event": 3}]}, {"context": "new"}],
        "limits": "theirs",
    }
    assert not clash


def test_who_changes_the_same_words_last_is_kept_and_told():
    kept, clash = merge(BASE, changed(root_cause="mine"), changed(root_cause="theirs"))
    assert kept["root_cause"] == "mine"
    assert clash


def test_what_both_added_is_kept():
    kept, clash = merge([1], [1, 2], [1, 3])
    assert (kept, clash) == ([1, 3, 2], False)
    assert merge([1], [1, 2], [1, 2]) == ([1, 2], False)


def test_what_was_taken_away_stays_away():
    assert merge(BASE, changed(behaviours=[]), BASE) == (changed(behaviours=[]), False)
    assert merge(BASE, BASE, changed(behaviours=[])) == (changed(behaviours=[]), False)
    kept, clash = merge(BASE, changed(behaviours=[]), changed(behaviours=[{"context": "theirs"}]))
    assert (kept["behaviours"], clash) == ([], True)
