import json
import re
from contextlib import nullcontext

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism import DataStore
from organism.foundry.adoption.store_texts import store_texts
from organism.foundry.adoption.training_data import TrainingDataError, TrainingText, data_files, read_texts
from tests.fakes.tiny_models import cut, write_lines

MESSAGES = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]
RECORDS = [
    ({"text": "a document"}, ("document", "a document")),
    ({"messages": MESSAGES}, ("chat", "System: be kind\nUser: hi\nAssistant: hello")),
    ({"prompt": "hi", "completion": "hello"}, ("chat", "User: hi\nAssistant: hello")),
    ({"prompt": MESSAGES[1:2], "completion": MESSAGES[2:]}, ("chat", "User: hi\nAssistant: hello")),
    ({"prompt": "hi", "chosen": "good", "rejected": "bad"}, ("preference", "User: hi\nChosen: good\nRejected: bad")),
    (
        {"prompt": MESSAGES[1:2], "chosen": MESSAGES[2:], "rejected": [{"role": "assistant", "content": "no"}]},
        ("preference", "User: hi\nChosen: hello\nRejected: no"),
    ),
    ({"text": "as it was trained", "messages": MESSAGES}, ("chat", "System: be kind\nUser: hi\nAssistant: hello")),
]


@pytest.mark.parametrize(("record", "expected"), RECORDS)
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_each_form_is_read(tmp_path, record, expected, form):
    path = tmp_path / f"stage-2.{form}"
    if form == "jsonl":
        write_lines(path, record | {"id": 7})
    else:
        pq.write_table(pa.Table.from_pylist([record | {"id": 7}]), path)
    assert list(read_texts([path])) == [TrainingText("stage_2", *expected)]


def test_a_record_may_say_its_split_and_kind(tmp_path):
    path = write_lines(tmp_path / "all.jsonl", {"text": "x", "split": "sft", "kind": "code"}, "", {"text": "y"})
    assert list(read_texts([path])) == [TrainingText("sft", "code", "x"), TrainingText("all", "document", "y")]


def test_parquet_columns_that_a_row_does_without(tmp_path):
    rows = [
        {"text": "x", "split": "a", "prompt": None, "completion": None},
        {"text": None, "split": None, "prompt": "p", "completion": "c"},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "mixed.parquet")
    found = list(read_texts([tmp_path / "mixed.parquet"]))
    assert found == [TrainingText("a", "document", "x"), TrainingText("mixed", "chat", "User: p\nAssistant: c")]


def test_a_folder_stands_for_its_files(tmp_path):
    write_lines(tmp_path / "b.jsonl", {"text": "x"})
    write_lines(tmp_path / "a.jsonl", {"text": "x"})
    (tmp_path / "notes.md").touch()
    assert [path.name for path in data_files([tmp_path])] == ["a.jsonl", "b.jsonl"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", ["line 2", "no JSON"]),
        ('"text"', ["line 2", "an object with text, messages"]),
        ("[1]", ["line 2", "[1]"]),
        ("{}", ["line 2", "this one has nothing"]),
        ({"prompt": "p"}, ["line 2", "this one has prompt"]),
        ({"text": 5}, ["line 2", "text is no string"]),
        ({"text": " \n. "}, ["line 2", "no word"]),
        ({"messages": []}, ["line 2", "messages is no list"]),
        ({"messages": "hi"}, ["line 2", "messages is no list"]),
        ({"messages": [{"role": "user"}]}, ["line 2", "role and content"]),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, ["line 2", "role and content"]),
        ({"prompt": 1, "completion": "c"}, ["line 2", "prompt is no list"]),
        ({"text": "x", "split": "not one"}, ["line 2", "split is one word"]),
        ({"text": "x", "kind": 3}, ["line 2", "kind is one word"]),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, named):
    path = write_lines(tmp_path / "data.jsonl", {"text": "good"}, line)
    with pytest.raises(TrainingDataError) as caught:
        list(read_texts([path]))
    for word in [str(path), *named]:
        assert word in str(caught.value)


def test_bytes_that_are_no_text_are_named(tmp_path):
    (tmp_path / "x.jsonl").write_bytes(b'{"text": "a"}\n{"text": "\xff"}\n')
    with pytest.raises(TrainingDataError, match="line 2: no JSON"):
        list(read_texts([tmp_path / "x.jsonl"]))


def test_a_bad_row_and_a_truncated_parquet_are_named(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist([{"text": "a"}, {"text": None}]), path)
    with pytest.raises(TrainingDataError, match=r"x\.parquet, row 2"):
        list(read_texts([path]))
    cut(path)
    with pytest.raises(TrainingDataError, match=r"x\.parquet: no Parquet file, or truncated"):
        list(read_texts([path]))


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [("x.csv", "a,b", ".jsonl"), ("x.json", "[]", ".jsonl"), ("empty/x.md", "", "in this folder"), ("gone.jsonl", None, "no such file")],
)
def test_files_that_are_no_data_are_refused(tmp_path, name, content, named):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if content is not None:
        path.write_text(content)
    with pytest.raises(TrainingDataError, match=named):
        data_files([path.parent if "/" in name else path])


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "x.jsonl").write_text("\n\n")
    with pytest.raises(TrainingDataError, match="no record"):
        list(read_texts([tmp_path / "x.jsonl"]))


def readable(value):
    return isinstance(value, dict) and isinstance(value.get("text"), str) and re.search(r"\w", value["text"])


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_any_json_is_a_text_or_a_named_line(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("any") / "any.jsonl"
    path.write_text(json.dumps(value) + "\n", encoding="utf-8")
    with nullcontext() if readable(value) else pytest.raises(TrainingDataError, match=re.escape(str(path))):
        assert all(isinstance(text.text, str) for text in read_texts([path]))


def test_texts_are_stored_in_a_random_order_that_is_always_the_same(tmp_path):
    texts = [TrainingText("a" if number < 50 else "b", "document", f"word{number} common") for number in range(100)]
    orders = []
    for folder in ("one", "two"):
        summary = store_texts(tmp_path / folder, texts, None)
        assert [(item.split, item.documents, item.tokens) for item in summary] == [("a", 50, None), ("b", 50, None)]

        total, documents = DataStore(tmp_path / folder).grep(".", split=None, offset=0, limit=100)
        assert total == 100
        assert [item.id for item in documents] == [f"d{number:06d}" for number in range(100)]
        orders.append([item.text for item in documents])
    assert orders[0] == orders[1]
    assert orders[0] != [text.text for text in texts]
    assert sorted(orders[0]) == sorted(text.text for text in texts)


def test_the_smallest_data_can_be_searched(tmp_path):
    store_texts(tmp_path / "store", [TrainingText("a", "document", "tea")], None)
    assert DataStore(tmp_path / "store").search("tea", split=None, offset=0, limit=5)[0].document.text == "tea"
