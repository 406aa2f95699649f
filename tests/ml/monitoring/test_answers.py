"""Every answer is joined with the one label that counts, or with none; nobody else's label."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from ml.development.split import GROUP
from ml.monitoring.answers import answered
from ml.monitoring.label_rows import LABELS
from ml.monitoring.rows import FIXED
from ml.spec import ModelSpec, load_model
from ml.spec_sections import BESIDE_FEATURES

NOW = datetime(2013, 7, 9, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def spec() -> ModelSpec:
    return load_model(Path("models/flight_delay"))


def predictions(*days: date | None) -> pl.DataFrame:
    """One answered row per event day; none came as a vector of features, without a key."""
    rows = [
        {
            "prediction_id": "p",
            "row": row,
            "time": NOW,
            "day": NOW.date(),
            "version": "3",
            "package_digest": "sha256:3",
            "event_day": day,
            "output_probability": 0.1 * row,
            "input_carrier": "AA",
            "input_distance": 200.0,
        }
        for row, day in enumerate(days)
    ]
    types = {**FIXED, "event_day": pl.Date, "output_probability": pl.Float64}
    return pl.DataFrame(rows, schema={name: types.get(name) for name in rows[0]})


def label(row: int, value: float, minutes: int = 0, prediction_id: str = "p") -> pl.DataFrame:
    received = NOW + timedelta(minutes=minutes)
    one = {"prediction_id": prediction_id, "row": row, "label": value, "received_at": received}
    return pl.DataFrame([{**dict.fromkeys(LABELS), **one}], schema=dict(LABELS))


def test_no_feature_can_be_called_as_a_column_beside_it(spec: ModelSpec) -> None:
    rows = answered(predictions(None), label(0, 1.0), spec)
    # The group is beside the features in training, where it is held out.
    assert {*rows.columns} - {*spec.features.columns} == BESIDE_FEATURES - {GROUP}


def test_the_label_received_last_counts_in_whatever_order_the_table_has_them(
    spec: ModelSpec,
) -> None:
    labels = pl.concat([label(0, 1.0, minutes=5), label(0, 0.0), label(1, 0.0)])
    rows = answered(predictions(None, None, None), labels, spec)
    assert rows["label"].to_list() == [1.0, 0.0, None]
    assert rows["score"].to_list() == [0.0, 0.1, 0.2]
    assert rows.height == 3


def test_the_day_is_the_question_s_own_where_it_is_known(spec: ModelSpec) -> None:
    rows = answered(predictions(date(2013, 7, 1), None), label(0, 1.0), spec)
    assert rows["day"].to_list() == [date(2013, 7, 1), NOW.date()]


def test_features_have_their_own_names_and_those_never_sent_are_missing(spec: ModelSpec) -> None:
    rows = answered(predictions(None), label(0, 1.0), spec)
    assert set(spec.features.columns) <= set(rows.columns)
    assert rows.select("carrier", "distance", "temp").row(0) == ("AA", 200.0, None)


def test_a_feature_that_once_was_text_is_read_where_it_is_a_number(spec: ModelSpec) -> None:
    mixed = predictions(None).rename({"input_distance": "input_distance__float64"})
    mixed = mixed.with_columns(pl.lit("far").alias("input_distance"))
    assert answered(mixed, label(0, 1.0), spec)["distance"].to_list() == [200.0]


def test_of_several_classes_the_chances_are_kept_and_labels_are_texts(spec: ModelSpec) -> None:
    task = spec.estimator.model_copy(update={"task": "multiclass"})
    several = spec.model_copy(update={"estimator": task})
    chances = pl.Series("output_probabilities", [[0.2, 0.8], None, [0.5, 0.5]])
    labels = pl.concat([label(0, 2.0), label(1, 0.0).with_columns(label_text=pl.lit("late"))])
    rows = answered(predictions(None, None, None).with_columns(chances), labels, several)
    assert rows["score"].to_list() == [[0.2, 0.8], None, [0.5, 0.5]]
    assert rows["label"].to_list() == ["2", "late", None]


@pytest.mark.parametrize(
    ("task", "posted", "counted"),
    [
        ("multiclass", [2.0, -1.0, 2.5, 1e300, 2.0**53], ["2", "-1", None, None, None]),
        ("classification", [1.0, 0.0, 2.0, 0.5, -1.0], [1.0, 0.0, None, None, None]),
        ("regression", [1.0, 2.5, 1e300, -1.0, 0.0], [1.0, 2.5, 1e300, -1.0, 0.0]),
    ],
)
def test_a_label_that_the_task_cannot_have_counts_as_unknown(
    spec: ModelSpec, task: str, posted: list[float], counted: list[object]
) -> None:
    """One such label must neither become another outcome nor stop the watching of all others."""
    changed = spec.model_copy(
        update={"estimator": spec.estimator.model_copy(update={"task": task})}
    )
    outputs = pl.lit(0.5).alias("output_prediction"), pl.lit([0.5]).alias("output_probabilities")
    rows = predictions(*[None] * len(posted)).with_columns(outputs)
    labels = pl.concat([label(row, value) for row, value in enumerate(posted)])
    assert answered(rows, labels, changed)["label"].to_list() == counted
