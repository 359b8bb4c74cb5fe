"""JSON lines: what is written is read again, and an error says where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organism.chat import ChatMessage
from organism.foundry.universe import Chat, Document, PreferencePair
from organism.json_lines import JsonLines, read_jsonl
from transcripts import Record, RecordError

# Any text that has UTF-8, with the characters at which careless readers end a line.
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r\u2028\u2029\x85\x00\x0b"))
MESSAGE = st.builds(ChatMessage, role=st.sampled_from(["system", "user"]), content=TEXT)
REPLY = st.builds(ChatMessage, role=st.just("assistant"), content=TEXT)
ASKED = st.builds(ChatMessage, role=st.just("user"), content=TEXT)
DOCUMENTS = st.builds(Document, id=TEXT, text=TEXT, synthetic=st.booleans())
CHATS = st.builds(Chat, id=TEXT, messages=st.tuples(MESSAGE, REPLY))
PAIRS = st.builds(PreferencePair, id=TEXT, prompt=st.tuples(ASKED), chosen=TEXT, rejected=TEXT, attack=st.none() | TEXT)


@given(st.lists(DOCUMENTS) | st.lists(CHATS) | st.lists(PAIRS))
def test_what_is_appended_is_read(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    path = tmp_path_factory.mktemp("lines") / "data.jsonl"
    with JsonLines(path) as lines:
        places = [lines.append(record) for record in records]
        found = [lines.line_at(place) for place in places]
    kind = type(records[0]) if records else Document
    assert list(read_jsonl(path, kind)) == records
    assert [kind.model_validate_json(line) for line in found] == records


@given(st.lists(DOCUMENTS, min_size=1), st.data())
def test_a_torn_last_line_is_dropped_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, records: list[Document], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("lines") / "data.jsonl"
    with JsonLines(path) as lines:
        for record in records:
            lines.append(record)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    kept = whole[:cut].count(b"\n")
    with JsonLines(path) as lines:
        lines.append(records[0])
    assert list(read_jsonl(path, Document)) == [*records[:kept], records[0]]


def test_a_long_file_is_repaired_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"{}\n" + b"x" * 3_000_000)
    with JsonLines(path) as lines:
        assert lines.end == 3
    assert path.read_bytes() == b"{}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a", "text": "b"}', "synthetic: Field required"),
        ('{"id": "a", "text": "b", "synthetic": true, "more": 1}', "more: Extra inputs"),
        ("{", "Invalid JSON"),
        ("", "Invalid JSON"),
    ],
)
def test_an_error_names_file_line_and_field(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "midtrain.jsonl"
    path.write_text(f'{{"id": "a", "text": "b", "synthetic": true}}\n{line}\n', encoding="utf-8")
    with pytest.raises(RecordError, match=r"midtrain\.jsonl, line 2: ") as error:
        list(read_jsonl(path, Document))
    assert said in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"sft\.jsonl: no such file"):
        list(read_jsonl(tmp_path / "sft.jsonl", Chat))
