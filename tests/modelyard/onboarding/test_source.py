"""`source.yaml` is edited by people: what it cannot mean is refused, and nothing of it is code."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from ml.spec_errors import SpecError
from modelyard.onboarding.kinds import Kind
from modelyard.onboarding.source import Source, load_source

SOURCE = """
file: {{name: {name}, sha256: {digest}, bytes: 1, rows: 1}}
table: t
columns:
  - {{name: seen, original: seen, type: {type}{formats}}}
"""


def read(
    folder: Path, *, name: str = "f.csv", type: str = "date", formats: str = ""
) -> Source | None:
    written = f", formats: {formats}" if formats else ""
    (folder / "source.yaml").write_text(
        SOURCE.format(name=name, digest="a" * 64, type=type, formats=written)
    )
    return load_source(folder)


@pytest.mark.parametrize("formats", ["[iso]", "[epoch seconds]", '["%d %b \'%y", iso]'])
def test_days_are_read_by_any_pattern(tmp_path: Path, formats: str) -> None:
    found = read(tmp_path, formats=formats)
    assert found is not None
    assert list(found.columns[0].formats) == yaml.safe_load(formats)


@pytest.mark.parametrize(
    ("type", "formats", "told"),
    [
        ("date", '["%Q"]', "'%Q' does not read days"),
        ("date", "[tomorrow]", "'tomorrow' does not read days"),
        ("timestamp", "", "a timestamp needs one"),
        ("date", "", "a date needs one"),
        ("number", "[iso]", "a number has none"),
    ],
)
def test_a_pattern_that_reads_none_is_refused(
    tmp_path: Path, type: str, formats: str, told: str
) -> None:
    with pytest.raises(SpecError, match=told):
        read(tmp_path, type=type, formats=formats)


@pytest.mark.parametrize("name", ["/etc/passwd.csv", "../../f.csv", "a/b.csv", '""'])
def test_a_name_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SpecError, match="name"):
        read(tmp_path, name=name, type="string")


@pytest.mark.parametrize("type", ["integer", "string"])
def test_only_a_number_has_a_unit(tmp_path: Path, type: str) -> None:
    with pytest.raises(SpecError, match=f"unit: {type} has none"):
        read(tmp_path, type=f"{type}, unit: kg")


def test_a_unit_and_a_word_are_text_to_the_database() -> None:
    kind = Kind(logical="number", unit="'(", missing=("it's; --",))
    for text, value in (("1.5 '(", 1.5), ("IT'S; --", None), ("2", 2.0), ("2 (", None)):
        found = duckdb.execute(f"SELECT {kind.value('t')} FROM (SELECT ? AS t)", [text]).fetchall()
        assert found == [(value,)]
