"""A contract is read completely or refused with every mistake in it."""

from pathlib import Path

import polars as pl
import pytest

from ml.spec_errors import SpecError
from tests.ml.data import trips


def test_the_curated_schema_follows_the_logical_types(tmp_path: Path) -> None:
    table = trips.contract(tmp_path).tables["trips"]
    assert table.schema["left"] == pl.Datetime("us", "UTC")
    assert table.schema["minutes"] == pl.Int64()
    assert table.key == ("trip",)
    assert [column.name for column in table.columns if column.restricted] == ["trip"]


def test_every_mistake_is_told_at_once_with_its_path(tmp_path: Path) -> None:
    wrong = (
        trips.TEXT.replace("v3.1.0", "v2.2.0")
        .replace("logicalType: boolean", "logicalType: colour")
        .replace("minimum: 0", "smallest: 0")
        .replace("OR minutes <= 120", "OR hours <= 2")
        .replace("{name: trams_are_short, type: custom, ", "{name: x, type: text, ")
    )
    with pytest.raises(SpecError) as refused:
        trips.contract(tmp_path, wrong)
    text = str(refused.value)
    assert len(refused.value.problems) == 4
    assert "models/trips/contract.yaml: apiVersion: 'v2.2.0'" in text
    assert "schema.trips.paid.logicalType: 'colour'; allowed: string, integer" in text
    assert "schema.trips.minutes.logicalTypeOptions.smallest" in text
    assert "schema.trips.quality.x" in text


def test_a_rule_about_a_column_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="'hours' is not a column"):
        trips.contract(tmp_path, trips.TEXT.replace("minutes <= 120", "hours <= 2"))


def test_a_rule_that_is_no_sql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="trams_are_short"):
        trips.contract(tmp_path, trips.TEXT.replace("minutes <= 120", "minutes <= <="))


def test_a_document_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="not an Open Data Contract"):
        trips.contract(tmp_path, "apiVersion: v3.1.0\nschema: {a: b}\n")
    with pytest.raises(SpecError, match="no table is described"):
        trips.contract(
            tmp_path,
            "apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: 1.0.0\nstatus: active\n",
        )
