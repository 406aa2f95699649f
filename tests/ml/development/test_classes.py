"""Labels are texts, whatever their column holds, and their order never depends on the rows'."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.development.classes import (
    MOST_CLASSES,
    ClassError,
    class_codes,
    class_texts,
    learn_classes,
)

LABELS = st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers().map(str)), max_size=30)


@given(labels=LABELS)
def test_codes_lead_back_to_the_labels(labels: list[str | None]) -> None:
    texts = class_texts(pl.Series(labels, dtype=pl.String))
    classes = learn_classes(texts)
    assert classes == learn_classes(texts.reverse())
    known = texts.drop_nulls()
    assert [classes[code] for code in class_codes(known, classes)] == known.to_list()


def test_whole_numbers_are_the_same_class_in_every_column_type() -> None:
    expected = ["2", "10", None]
    for values in ([2, 10, None], [2.0, 10.0, None], ["2", "10", None]):
        assert class_texts(pl.Series(values)).to_list() == expected
    assert learn_classes(pl.Series(expected)) == ("2", "10")
    assert learn_classes(pl.Series(["2", "10", "x"])) == ("10", "2", "x")


def test_labels_nobody_learned_come_behind_the_classes() -> None:
    texts = pl.Series(["b", "z", "a", "y", "z"])
    assert class_codes(texts, ("a", "b")).tolist() == [1, 3, 0, 2, 3]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1.0, 2.5], r"label 2\.5: .* a quantity needs the task regression"),
        ([1.0, float("nan")], "label nan: classes are texts or whole numbers"),
        ([date(2013, 1, 1)], "labels of type Date"),
    ],
)
def test_what_is_no_class_is_refused(labels: list[object], message: str) -> None:
    with pytest.raises(ClassError, match=message):
        class_texts(pl.Series(labels))


def test_an_identifier_is_no_label() -> None:
    texts = pl.Series([f"c{number}" for number in range(MOST_CLASSES + 1)])
    with pytest.raises(ClassError, match=r"1001 distinct labels; .* an identifier"):
        learn_classes(texts)
