import itertools
import json
import multiprocessing
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcripts import Event, EventLog, LogError, last_event, read_events

TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
DATA = st.dictionaries(st.text(max_size=8), TREES, max_size=4)


def write_log(path, datas, kind="note"):
    clock = itertools.count(1_700_000_000)
    with EventLog(path, clock=lambda: next(clock) + 0.123) as log:
        for data in datas:
            log.append(kind, data)
    return path


def lines_of_a_log():
    with tempfile.TemporaryDirectory() as folder:
        path = write_log(Path(folder) / "events.jsonl", [{"text": f"event {n}", "é": [n, 0.5, None]} for n in range(6)])
        return path.read_bytes().splitlines(keepends=True)


LINES = lines_of_a_log()
NUMBERS = st.integers(0, len(LINES) - 1)


def refusal_of(tmp, lines):
    """The message with which these lines are refused, and the first line named; None where they are accepted."""
    path = tmp / "events.jsonl"
    path.write_bytes(b"".join(lines))
    try:
        read_events(path)
    except LogError as error:
        return int(str(error).removeprefix(f"{path}, line ").split(":")[0])
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


@settings(deadline=None, max_examples=50)
@given(datas=st.lists(DATA, max_size=4))
def test_what_is_appended_is_read_back(folder, datas):
    path = folder / "written.jsonl"
    path.unlink(missing_ok=True)
    write_log(path, datas)
    events = read_events(path)
    assert [event.data for event in events] == datas
    assert [event.index for event in events] == list(range(len(datas)))
    assert path.read_bytes().isascii()


@settings(deadline=None, max_examples=300)
@given(number=NUMBERS, place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_every_edit_that_changes_an_event_is_detected_at_its_line(folder, number, place, byte):
    line = LINES[number]
    at = int(place * (len(line) - 1))
    edited = line[:at] + bytes([byte]) + line[at + 1 :]
    found = refusal_of(folder, [*LINES[:number], edited, *LINES[number + 1 :]])
    if found is None:
        assert Event.model_validate_json(edited) == Event.model_validate_json(line)
    else:
        assert found == number + 1


@given(number=st.integers(0, len(LINES) - 2))
def test_a_removed_line_is_detected_where_it_is_missing(folder, number):
    assert refusal_of(folder, LINES[:number] + LINES[number + 1 :]) == number + 1


@given(number=st.integers(0, len(LINES)), source=NUMBERS)
def test_an_added_line_is_detected(folder, number, source):
    found = refusal_of(folder, [*LINES[:number], LINES[source], *LINES[number:]])
    assert found == (number + 2 if number == source else number + 1)


@given(order=st.permutations(range(len(LINES))))
def test_reordered_lines_are_detected_at_the_first_one_moved(folder, order):
    moved = next((place + 1 for place, number in enumerate(order) if place != number), None)
    assert refusal_of(folder, [LINES[number] for number in order]) == moved


def test_a_line_of_another_log_does_not_fit(folder, tmp_path):
    other = write_log(tmp_path / "events.jsonl", [{"text": f"other {n}"} for n in range(6)]).read_bytes().splitlines(keepends=True)
    assert refusal_of(folder, [*LINES[:3], other[3], *LINES[4:]]) == 4


@pytest.mark.parametrize("torn", [1, 20, len(LINES[-1]) - 1])
def test_a_torn_last_line_is_dropped_and_the_log_goes_on(tmp_path, torn):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(LINES[:-1]) + LINES[-1][:torn])
    assert len(read_events(path)) == 5
    with EventLog(path) as log:
        assert len(log.events) == 5
        assert log.append("note", {"text": "on"}).index == 5
    assert [event.data.get("text") for event in read_events(path)][-2:] == ["event 4", "on"]


def test_a_log_that_is_only_a_torn_line_starts_anew(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(LINES[0][:30])
    with EventLog(path) as log:
        log.append("note", {"text": "first"})
    assert [event.index for event in read_events(path)] == [0]


def test_a_broken_log_is_neither_opened_nor_locked(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(LINES[1:]))
    for _ in range(2):
        with pytest.raises(LogError, match="line 1"):
            EventLog(path)
    assert path.read_bytes() == b"".join(LINES[1:])


def _try_to_write(path, answers):
    try:
        EventLog(path).append("note", {})
    except LogError as error:
        answers.put(str(error))
    else:
        answers.put("written")


def test_a_second_writer_is_refused_also_in_another_process(tmp_path):
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.append("note", {})
        with pytest.raises(LogError, match="another process is playing"):
            EventLog(path)
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        process = context.Process(target=_try_to_write, args=(path, answers))
        process.start()
        assert "another process is playing" in answers.get(timeout=20)
        process.join()
        assert len(read_events(path)) == 1, "readers are not refused"
    with EventLog(path) as log:
        log.append("note", {})
    assert len(read_events(path)) == 2


def test_huge_data_is_kept_whole(tmp_path):
    text = "狐 \x1b[31m\u2028\r\n" * 200_000
    path = write_log(tmp_path / "events.jsonl", [{"text": text}, {"text": "after"}])
    assert [event.data["text"] for event in read_events(path)] == [text, "after"]


def test_text_that_no_file_can_hold_does_not_make_the_log_unreadable(tmp_path):
    path = write_log(tmp_path / "events.jsonl", [{"half a pair \ud83d": "\ud800 left"}, {"text": "after"}])
    first, second = read_events(path)
    assert "left" in str(first.data)
    assert second.data == {"text": "after"}


def test_values_that_readers_of_json_refuse_do_not_make_the_log_unreadable(tmp_path):
    deep = "bottom"
    for _ in range(50_000):
        deep = [deep]
    hostile = {"deep": deep, "nan": [float("nan"), {"inf": float("-inf")}], "long": 10**10_000, "kept": [True, None, 2**100, 0.5]}
    path = write_log(tmp_path / "events.jsonl", [hostile, {"text": "after"}])
    first, second = read_events(path)
    assert str(first.data["deep"]).strip("[]'") == "(nested too deep)"
    assert first.data["nan"] == ["(nan)", {"inf": "(-inf)"}]
    assert first.data["long"] == "(an integer of 33220 bits)"
    assert first.data["kept"] == hostile["kept"]
    assert second.data == {"text": "after"}
    json.loads(path.read_text().splitlines()[0], parse_constant=pytest.fail)


def test_what_is_no_json_is_not_written(tmp_path):
    with pytest.raises(TypeError, match="is no JSON value"):
        write_log(tmp_path / "events.jsonl", [{"path": tmp_path}])
    assert read_events(tmp_path / "events.jsonl") == []


def test_a_clock_of_whole_seconds_fits_the_chain(tmp_path):
    with EventLog(tmp_path / "events.jsonl", clock=lambda: 5) as log:
        log.append("note", {})
    assert read_events(log.path) == log.events


def test_the_listener_hears_each_event_after_it_is_on_disk(tmp_path):
    path = tmp_path / "events.jsonl"
    heard = []
    with EventLog(path, listener=lambda event: heard.append((event, len(read_events(path))))) as log:
        events = [log.append("note", {"n": n}) for n in range(3)]
    assert heard == [(event, n + 1) for n, event in enumerate(events)]


def test_only_a_synced_event_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("transcripts.events.os.fsync", synced.append)
    with EventLog(tmp_path / "events.jsonl") as log:
        log.append("call", {}, synced=False)
        assert not synced
        assert len(read_events(log.path)) == 1, "it has left the process, so that a kill cannot lose it"
        log.append("result", {})
        assert len(synced) == 1


@pytest.mark.parametrize("torn", [b"", b'{"index": 9, "ki'])
@pytest.mark.parametrize("size", [1, 4000, 4096, 50_000])
def test_the_last_event_alone_is_the_last_of_all(tmp_path, size, torn):
    path = write_log(tmp_path / "events.jsonl", [{"text": "a" * size}, {"text": "b" * size}, {"text": "c" * size}])
    with path.open("ab") as file:
        file.write(torn)
    assert last_event(path) == read_events(path)[-1]
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + torn)
    assert last_event(path) == read_events(path)[-1]
    path.write_bytes(torn)
    assert last_event(path) is None


def test_a_last_event_that_was_edited_is_refused(tmp_path):
    path = write_log(tmp_path / "events.jsonl", [{"text": "one"}, {"text": "two"}])
    path.write_bytes(path.read_bytes().replace(b"two", b"six"))
    with pytest.raises(LogError, match="event 1 was edited"):
        last_event(path)
    path.write_bytes(b"no event\n")
    with pytest.raises(LogError, match="the last line is no event"):
        last_event(path)
