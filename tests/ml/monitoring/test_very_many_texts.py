"""A text column with more values than are counted one by one still tells how much is missing."""

from __future__ import annotations

import polars as pl
import pytest

from ml.development.inputs import model_inputs
from ml.monitoring.drift import PackageFacts, against_validation
from ml.monitoring.fingerprint import MOST_CATEGORIES, Fingerprint, fingerprint, merge
from ml.monitoring.signals import Subject, summarise
from ml.monitoring.terms import MISSING
from tests.ml.monitoring.answers import answers, week

PRESENT, ABSENT = MOST_CATEGORIES + 100, 1000
SUBJECT = Subject(
    task="classification", metric="roc_auc", columns={"town": "text"}, output="probability"
)


def towns(present: int = PRESENT, absent: int = ABSENT) -> pl.Series:
    """Each name once, and rows that have none."""
    return pl.Series("town", [f"t{n}" for n in range(present)] + [None] * absent, dtype=pl.String)


def counted(series: pl.Series) -> Fingerprint:
    return fingerprint(model_inputs(pl.DataFrame(series), SUBJECT.columns))


def test_missing_texts_keep_a_counter_of_their_own() -> None:
    column = counted(towns())["columns"]["town"]
    assert column["hashed"] is not None
    assert column["categories"] == {"": ABSENT}
    assert sum(column["hashed"].values()) == PRESENT + ABSENT


def test_whoever_was_added_first_the_missing_ones_add_up() -> None:
    series = towns()
    # The middle part alone is counted by hash.
    bounds = [(0, 50), (50, MOST_CATEGORIES + 40), (MOST_CATEGORIES + 90, None)]
    parts = [counted(series.slice(start, length)) for start, length in bounds]
    assert [part["columns"]["town"]["hashed"] is None for part in parts] == [True, False, True]
    forwards = merge(merge(parts[0], parts[1]), parts[2])
    backwards = merge(parts[2], merge(parts[1], parts[0]))
    assert forwards == backwards == counted(series)


def test_the_share_of_missing_texts_is_compared_with_that_of_the_holdout() -> None:
    rows = answers(PRESENT + ABSENT).drop("speed").with_columns(towns())
    said = fingerprint(rows.select(probability="score"))
    facts = PackageFacts(
        fingerprint={"holdout": counted(towns()), "predictions": said}, metrics={}
    )
    compared = against_validation(summarise(week(0), rows, SUBJECT), facts, SUBJECT)
    (missing,) = (one for one in compared if one.key == (MISSING, "town"))
    assert missing.value == pytest.approx(ABSENT / (PRESENT + ABSENT))
    assert missing.reference == pytest.approx(missing.value)
