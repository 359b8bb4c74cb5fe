from pathlib import Path

import pytest
from pydantic import ValidationError

from transcripts import FileRecord, Record, RecordError, describe


class Inner(Record):
    count: int


class Outer(FileRecord):
    name: str
    """What it is called."""
    inner: tuple[Inner, ...] = ()


def test_a_record_comes_back_as_it_was_written(tmp_path):
    record = Outer(name="Zoë \u202e \x00 🦊", inner=(Inner(count=1), Inner(count=2**70)))
    path = tmp_path / "new" / "folder" / "record.json"
    record.write(path)
    assert Outer.read(path) == record
    assert [item.name for item in path.parent.iterdir()] == ["record.json"]


def test_a_write_that_fails_leaves_the_old_record_whole(tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    Outer(name="old").write(path)

    def fail(self, target):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="disk full"):
            Outer(name="new").write(path)
    assert Outer.read(path).name == "old"
    Outer(name="newer").write(path)
    assert Outer.read(path).name == "newer"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"schema_version": 1, "name": 3}', "name: "),
        ('{"schema_version": 1, "inner": []}', "name: "),
        ('{"schema_version": 2, "name": "x"}', "schema_version: "),
        ('{"name": "x", "colour": "red"}', "colour: "),
        ('{"name": "x", "inner": [{"count": 1}, {"count": "many"}]}', "inner.1.count: "),
        ("not json", "the whole: "),
        ("", "the whole: "),
        ("[]", "the whole: "),
    ],
)
def test_a_wrong_file_is_refused_with_file_and_field(tmp_path, content, named):
    path = tmp_path / "record.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RecordError) as refusal:
        Outer.read(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert named in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RecordError, match="no such file") as refusal:
        Outer.read(tmp_path / "absent.json")
    assert "absent.json" in str(refusal.value)


def test_every_wrong_field_is_described():
    with pytest.raises(ValidationError) as wrong:
        Outer.model_validate({"inner": [{"count": None}], "extra": 1})
    line = describe(wrong.value)
    assert all(part in line for part in ("name: ", "inner.0.count: ", "extra: "))


def test_records_are_frozen_and_their_docstrings_are_descriptions():
    record = Outer(name="x")
    with pytest.raises(ValidationError, match="frozen"):
        record.name = "y"
    assert Outer.model_fields["name"].description == "What it is called."


def test_a_file_of_a_newer_version_is_told_as_that_alone(tmp_path):
    path = tmp_path / "record.json"
    path.write_text('{"schema_version": 2, "named": "x"}')
    with pytest.raises(RecordError, match=r"schema_version: .* a newer one may read it$"):
        Outer.read(path)
