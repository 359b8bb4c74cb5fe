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


def test_a_row_that_one_drops_does_not_take_the_others_words_with_it():
    rows = [{"context": name, "behaviour": ""} for name in "xyz"]
    edited = [rows[0], rows[1], {"context": "z", "behaviour": "theirs"}]
    assert merge(rows, rows[1:], edited) == (edited[1:], False)
    assert merge(rows, edited, rows[1:]) == (edited[1:], False)
    assert merge(rows, rows[:2], edited) == (rows[:2], True), "who drops the row last is told that it was changed"
    assert merge(rows, edited, rows[:2]) == (edited, True), "what was dropped while it was written comes back"
    assert merge(rows, rows[1:], [*rows, "new"]) == ([*rows[1:], "new"], False)
    assert merge(rows, rows[:1], rows[2:]) == ([], False)
