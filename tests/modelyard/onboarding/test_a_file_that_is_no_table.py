"""What is wrong with a file is said in our words, with a way out and none of its values."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelyard.errors import UsageError
from tests.modelyard.onboarding.files import opened
from tests.modelyard.onboarding.test_reading import parquet


def cut(body: bytes, *, start: int = 0) -> bytes:
    """A file that lost 50 bytes, at its end or at its start."""
    return body[start:] if start else body[:-50]


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("t.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8\n", r"t.csv cannot be read: line 3 .* \(2\)"),
        ("t.csv", b"a,b,c\n1,2,3\n" + b"x" * (20 << 20) + b",2,3\n", "field of more than 16 MiB"),
        ("t.csv", b"a,b\n" + b"1,2\n" * 600 + b"x" * (20 << 20) + b",2\n", "line 602 is longer"),
        ("t.csv", b"\n\r\n \n", "t.csv is empty"),
        ("t.csv", b"1,2.5,2024-01-01\n2,3.5,2024-01-02\n", "no line with names"),
        ("t.csv", b"Report of May\n\na,b,c\n1,2,3\n4,5,6\n", "no names: 'Report of May'"),
        ("t.csv", b"Report, May\na,b,c\n1,2,3\n4,5,6\n", "t.csv is no table"),
        ("t.csv", b"a:b\n1:2\n", "has one column: 'a:b'"),
        ("t.csv", b"\x00\x01\x02,\xff\xfe\n\x00", "t.csv is no text"),
        ("t.xlsx", b"PK\x03\x04", "files of this kind are not read"),
        ("t.parquet", b"PAR1 and nothing more", "t.parquet cannot be read"),
        (
            "t.parquet",
            cut(parquet()),
            "t.parquet cannot be read: .*(magic bytes|footer|too small)",
        ),
        ("t.pq", cut(parquet(), start=50), "t.pq cannot be read"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "t.jsonl cannot be read: line 2 is no JSON object"),
        ("t.jsonl", b'{"a": 1}\n[1, 2]\n', "t.jsonl cannot be read: line 2 is no JSON object"),
        ("t.jsonl", b"7\n8\n", "t.jsonl cannot be read: line 1 is no JSON object"),
    ],
)
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, name: str, body: bytes, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        opened(tmp_path, body, name)


@pytest.mark.parametrize(
    ("name", "body", "way_out"),
    [
        ("t.csv", b"a,b\r\n1,2\r\nann@example.org\r\n", "as many fields"),
        ("t.csv", b"a,b\n1,2\n" * 9 + b'"x\nann@example.org",5,6\n', "as many fields"),
        ("t.jsonl", b'{"a": 1}\n{"a": "ann@example.org" 3}\n', "one whole JSON object"),
        ("t.parquet", cut(parquet()), "copy it again"),
    ],
)
def test_why_a_file_is_not_read_is_told_in_our_words_without_its_values(
    tmp_path: Path, name: str, body: bytes, way_out: str
) -> None:
    with pytest.raises(UsageError) as refused:
        opened(tmp_path, body, name)
    assert way_out in refused.value.remedy
    for told in ("ann@", "Error", "LINE 1", "^^", str(tmp_path)):
        assert told not in refused.value.message


def test_another_delimiter_than_the_one_named_is_proposed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has one column") as refused:
        opened(tmp_path, "a\tb\n1\t2\n", delimiter=";")
    assert refused.value.remedy.endswith(r"--delimiter '\t'")
