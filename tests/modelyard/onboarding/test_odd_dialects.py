"""Files that are no plain CSV are read as they were meant, or the way to read them is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelyard.errors import UsageError
from tests.modelyard.onboarding.files import opened, texts


@pytest.mark.parametrize("start", [0, 3000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_backslash_may_escape_quotes(tmp_path: Path, start: int, encoding: str) -> None:
    lines = ["name,n", *(["plain,1"] * start)]
    lines += [r'"say \"hi\"",2', r'"say \"hi\", you",3', r'"C:\temp\\new",4', r'"at the end \\",5']
    body = "\n".join([*lines, '"two\nlines",6', r'"\"",7', r"\N,8", ""])
    rows = [("plain", "1")] * start + [
        ('say "hi"', "2"),
        ('say "hi", you', "3"),
        (r"C:\temp\new", "4"),
        ("at the end \\", "5"),
        ("two\nlines", "6"),
        ('"', "7"),
        (r"\N", "8"),
    ]
    assert texts(opened(tmp_path, body.encode(encoding))) == rows
    assert (tmp_path / "t.csv").read_bytes() == body.encode(encoding)


def test_a_backslash_at_the_end_of_a_field_escapes_nothing(tmp_path: Path) -> None:
    body = 'name,n\n"C:\\",1\n"say ""hi""",2\n'
    assert texts(opened(tmp_path, body)) == [("C:\\", "1"), ('say "hi"', "2")]


def test_escapes_do_not_excuse_another_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="line 2 has a quote that does not end"):
        opened(tmp_path, 'name,n\n"say \\"hi\\"",1\n"b",2,3\n"c",3\n' + '"d",4\n' * 9)


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_that_tells_a_spreadsheet_the_delimiter_is_no_line_of_names(
    tmp_path: Path, said: str, encoding: str, end: str
) -> None:
    body = end.join([said, "größe;b,c,d", "1,5;x,y,z", "2,5;x,y,z", ""])
    table = opened(tmp_path, body.encode(encoding))
    assert table.names == ("größe", "b,c,d")
    assert texts(table) == [("1,5", "x,y,z"), ("2,5", "x,y,z")]


@pytest.mark.parametrize("divider", ["^", "~"])
def test_rarer_delimiters_are_found(tmp_path: Path, divider: str) -> None:
    body = "".join(f"{n}{divider}x, y\n" for n in range(9))
    table = opened(tmp_path, f"a{divider}b\n{body}")
    assert table.names == ("a", "b")
    assert texts(table)[0] == ("0", "x, y")


@pytest.mark.parametrize("divider", [" ", ":", "#", "/"])
def test_a_delimiter_that_divides_every_line_is_proposed(tmp_path: Path, divider: str) -> None:
    body = "".join(f"{n}{divider}x\n" for n in range(9))
    with pytest.raises(UsageError, match="has one column") as refused:
        opened(tmp_path, f"a_b{divider}c\n{body}")
    assert refused.value.remedy.endswith(f"--delimiter '{divider}'")
    again = opened(tmp_path, f"a_b{divider}c\n{body}", delimiter=divider)
    assert texts(again)[8] == ("8", "x")


def test_none_is_proposed_that_does_not_divide(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has one column") as refused:
        opened(tmp_path, "a note\none\ntwo\nthree\n")
    assert refused.value.remedy == "name the one character that divides the fields: --delimiter"
