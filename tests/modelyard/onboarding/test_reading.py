"""A file's rows come out as they were written, whatever delimiter, quoting and encoding it has."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelyard.errors import UsageError
from tests.modelyard.onboarding.files import opened, texts

# Fields as people write them: anything printable, with what a dialect must not stumble over.
FIELD = (
    st.text(
        st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12
    )
    .map(str.strip)
    .filter(bool)
)


def written(rows: list[list[str]], divider: str) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=divider, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([f"column {number}" for number in range(len(rows[0]))])
    writer.writerows(rows)
    return buffer.getvalue()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.integers(2, 5).flatmap(
        lambda width: st.lists(st.lists(FIELD, min_size=width, max_size=width), min_size=2)
    ),
    divider=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_was_written_is_read(rows: list[list[str]], divider: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = opened(Path(folder), written(rows, divider).encode(encoding))
        assert [list(row) for row in texts(table)] == rows
        assert table.names == tuple(f"column {number}" for number in range(len(rows[0])))


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", ["Müller", "Größe", "Straße", "Café", "naïve"]),
        ("cp1251", ["Москва", "Санкт-Петербург", "Новосибирск", "Казань", "Самара"]),
        ("shift_jis", ["東京都", "大阪府", "北海道", "神奈川県", "京都府"]),
    ],
)
def test_an_encoding_is_found_out(tmp_path: Path, encoding: str, words: list[str]) -> None:
    lines = ["place,y", *(f"{word},{number}" for number, word in enumerate(words * 20))]
    table = opened(tmp_path, "\n".join(lines).encode(encoding))
    assert [place for place, _ in texts(table)] == words * 20


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    table = opened(tmp_path, "a,b\nŁódź,1\n".encode("cp1250"), encoding_name="cp1250")
    assert texts(table) == [("Łódź", "1")]
    with pytest.raises(UsageError, match="does not read as ascii"):
        opened(tmp_path, "a,b\nŁódź,1\n".encode("cp1250"), encoding_name="ascii")


@pytest.mark.parametrize("line", [1, 2500])
def test_a_file_that_is_not_what_was_said_is_refused_wherever_that_shows(
    tmp_path: Path, line: int
) -> None:
    rows = ["a,b", *(f"{n},x" for n in range(3000))]
    rows[line] = "Köln,x"
    with pytest.raises(UsageError, match="does not read as utf-8") as refused:
        opened(tmp_path, "\n".join(rows).encode("cp1252"), encoding_name="utf-8")
    assert "cp1252" in refused.value.remedy


def test_an_array_is_told_from_lines(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one JSON array") as refused:
        opened(tmp_path, '[{"a": 1},\n {"a": 2}]', "t.json")
    assert "jq -c" in refused.value.remedy


def test_a_decimal_comma_does_not_pass_for_a_delimiter(tmp_path: Path) -> None:
    table = opened(tmp_path, "a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n")
    assert texts(table)[0] == ("1,5", "2,5", "3,5")


def parquet(frame: pl.DataFrame | None = None) -> bytes:
    """A Parquet file, of a hundred rows if none are given."""
    buffer = io.BytesIO()
    rows = pl.DataFrame({"a": range(100), "b": ["text"] * 100}) if frame is None else frame
    rows.write_parquet(buffer)
    return buffer.getvalue()


def test_parquet_and_json_lines_give_the_same_texts(tmp_path: Path) -> None:
    frame = pl.DataFrame({"N": [1, 2], "when": ["2024-01-01", None], "ok": [True, False]})
    for name, body in (("t.parquet", parquet(frame)), ("t.jsonl", frame.write_ndjson())):
        table = opened(tmp_path, body, name)
        assert texts(table) == [("1", "2024-01-01", "true"), ("2", None, "false")]


@pytest.mark.parametrize("first", [2**53 + 1, 2**63 - 3, 2**64 - 3])
def test_digits_stay_what_they_are_in_every_format(tmp_path: Path, first: int) -> None:
    whole = [first, first + 1, first + 2]
    said = [(str(each), "x") for each in whole]
    bodies = {
        "t.csv": "id,b\n" + "".join(f"{each},x\n" for each in whole),
        "t.jsonl": "".join(f'{{"id": {each}, "b": "x"}}\n' for each in whole),
    }
    for dtype in (pl.UInt64, pl.Decimal(38, 0)):
        frame = pl.DataFrame({"id": pl.Series(whole, dtype=dtype), "b": ["x"] * 3})
        bodies[f"{dtype}.parquet"] = parquet(frame)
    for name, body in bodies.items():
        assert texts(opened(tmp_path, body, name)) == said, name


def test_lists_and_structures_are_left_and_named(tmp_path: Path) -> None:
    body = "".join(f'{{"a": {n}, "tags": ["x"], "at": {{"lat": 1.5}}}}\n' for n in range(5))
    table = opened(tmp_path, body, "t.jsonl")
    assert table.names == ("a",)
    assert set(table.skipped) == {"tags", "at"}


def test_names_that_differ_by_case_only_stay_what_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Churn": [1.5, 2.5], "churn": ["yes", "no"]})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    table = opened(tmp_path, buffer.getvalue(), "t.parquet")
    assert table.names == ("Churn", "churn")
    assert texts(table) == [("1.5", "yes"), ("2.5", "no")]
    lines = '{"Churn": 1.5, "churn": "yes"}\n{"Churn": 2.5, "churn": "no", "churn_1": 3}\n'
    with pytest.raises(UsageError, match="JSON lines: Churn, churn"):
        opened(tmp_path, lines, "t.jsonl")
    table = opened(tmp_path, '{"a": 1, "a_1": 2}\n', "t.jsonl")
    assert table.names == ("a", "a_1")


def test_columns_of_one_name_are_all_read(tmp_path: Path) -> None:
    assert texts(opened(tmp_path, "a,A,a\n1,2,3\n")) == [("1", "2", "3")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("names", ['"a\nü";b', '"a\r\nü";b', "\n\r\n \na;b"])
def test_line_ends_in_names_or_before_them_are_not_those_of_the_rows(
    tmp_path: Path, names: str, end: str, encoding: str
) -> None:
    rows = ["1;ß", '"2\n2";3'] * 300
    body = end.join([names, *rows, ""]).encode(encoding)
    assert texts(opened(tmp_path, body)) == [("1", "ß"), ("2\n2", "3")] * 300
    assert (tmp_path / "t.csv").read_bytes() == body
