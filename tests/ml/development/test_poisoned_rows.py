"""What the gate does about poisoned training rows, in figures: a little of it gets through.

The candidate has 8,000 rows to learn from, the champion had 300; both are judged on sound rows.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ml.development.gate import Decision, judge
from ml.development.inputs import model_inputs
from ml.development.metrics import Floats
from ml.development.scored import scored_rows
from ml.development.train import TrainError, score, train
from models.flight_delay.estimator import build
from tests.ml.development.judged import DAYS, gates

COLUMNS = {"carrier": "text", "wind": "number"}
FIRST = date(2013, 5, 1)


def flights(rows: int, seed: int) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    wind, carrier = generator.normal(size=rows), generator.choice(["AA", "UA", "B6"], rows)
    chance = 1 / (1 + np.exp(-(1.2 * wind + (carrier == "B6") - 2)))
    late = (generator.random(rows) < chance).astype(int)
    days = [FIRST + timedelta(days=number * DAYS // rows) for number in range(rows)]
    return pl.DataFrame({"wind": wind, "carrier": carrier, "label": late, "day": days})


NEAR = 0.003
"""How far a gain may be from the figure in docs/when-things-break.md."""
HOLDOUT, ROWS = flights(4000, seed=2), flights(8000, seed=3)


def trees(columns: Mapping[str, str], seed: int) -> Pipeline:
    return build(columns, seed, max_iter=30)


def linear(columns: Mapping[str, str], seed: int) -> Pipeline:
    words, numbers = OneHotEncoder(handle_unknown="ignore"), StandardScaler()
    encode = ColumnTransformer([("words", words, ["carrier"]), ("numbers", numbers, ["wind"])])
    return make_pipeline(encode, LogisticRegression(random_state=seed))


def answers(rows: pl.DataFrame, make: Any = trees) -> Floats:
    model = train(
        rows,
        make,
        columns=COLUMNS,
        label="label",
        task="classification",
        seed=7,
        parameters={},
    )
    return score(model.pipeline, "classification", model_inputs(HOLDOUT, COLUMNS))


@pytest.fixture(scope="module")
def champion() -> Floats:
    return answers(flights(300, seed=1))


def flipped(share: float) -> pl.DataFrame:
    """The rows with the labels of some of them turned round."""
    hit = pl.Series(np.random.default_rng(5).random(len(ROWS)) < share)
    return ROWS.with_columns(
        pl.when(hit).then(1 - pl.col("label")).otherwise("label").alias("label")
    )


def storm(wind: float) -> pl.Expr:
    """A combination of values that is rare and means late: the trigger of a backdoor."""
    return (pl.col("carrier") == "B6") & (pl.col("wind") > wind)


def with_backdoor(wind: float) -> pl.DataFrame:
    """The rows with every one of the trigger said to be on time."""
    return ROWS.with_columns(
        pl.when(storm(wind)).then(pl.lit(0, pl.Int64)).otherwise("label").alias("label")
    )


def with_outliers(share: float) -> pl.DataFrame:
    """The rows with a number of some of them in another unit."""
    hit = pl.Series(np.random.default_rng(6).random(len(ROWS)) < share)
    wind = pl.when(hit).then(1000 * pl.col("wind")).otherwise("wind")
    return ROWS.with_columns(wind.alias("wind"))


def decide(rows: pl.DataFrame, champion: Floats, make: Any = trees) -> Decision:
    scored = scored_rows(
        HOLDOUT.with_columns(origin=pl.lit("EWR")),
        task="classification",
        label="label",
        day="day",
        slices=["origin"],
        scores={
            "candidate": answers(rows, make),
            "champion": champion,
            "baseline": np.full(len(HOLDOUT), rows["label"].mean()),
        },
    )
    return judge(scored, gates(), seed=7, latency_ms=1.0)


def gain(decision: Decision) -> float:
    return next(r.measured for r in decision.rules if r.name == "roc_auc over champion") or 0.0


@pytest.mark.parametrize(("share", "gained"), [(0.0, 0.026), (0.05, 0.026), (0.1, 0.023)], ids=str)
def test_up_to_one_in_ten_flipped_labels_get_through_and_cost_little(
    champion: Floats, share: float, gained: float
) -> None:
    decision = decide(flipped(share), champion)
    assert decision.status == "passed"
    assert gain(decision) == pytest.approx(gained, abs=NEAR)


@pytest.mark.parametrize(("share", "gained"), [(0.2, 0.001), (0.4, -0.111)], ids=str)
def test_one_in_five_flipped_labels_and_more_are_blocked(
    champion: Floats, share: float, gained: float
) -> None:
    decision = decide(flipped(share), champion)
    assert decision.status == "failed"
    assert any("roc_auc over champion" in reason for reason in decision.reasons)
    assert gain(decision) == pytest.approx(gained, abs=NEAR)


def test_a_backdoor_in_one_row_of_a_hundred_is_blocked(champion: Floats) -> None:
    poisoned = with_backdoor(1.8)
    assert ROWS.filter(storm(1.8)).height / len(ROWS) == pytest.approx(0.011, abs=0.001)
    decision = decide(poisoned, champion)
    assert decision.status == "failed"
    assert gain(decision) == pytest.approx(-0.009, abs=NEAR)


def test_a_backdoor_in_three_rows_of_a_thousand_is_not_detected_and_works(
    champion: Floats,
) -> None:
    poisoned = with_backdoor(2.3)
    assert ROWS.filter(storm(2.3)).height / len(ROWS) == pytest.approx(0.003, abs=0.001)
    decision = decide(poisoned, champion)
    assert decision.status == "passed"
    assert gain(decision) == pytest.approx(0.021, abs=NEAR)
    hit = HOLDOUT.select(storm(2.3)).to_series()
    late = HOLDOUT.filter(hit)["label"].mean()
    said = {
        name: float(np.mean(answers(rows)[hit.to_numpy()]))
        for name, rows in {"sound": ROWS, "poisoned": poisoned}.items()
    }
    assert late == pytest.approx(0.86, abs=0.01)
    assert said == pytest.approx({"sound": 0.76, "poisoned": 0.18}, abs=0.03)


def test_outliers_in_one_row_of_twenty_get_through_and_cost_trees_nothing(
    champion: Floats,
) -> None:
    decision = decide(with_outliers(0.05), champion)
    assert decision.status == "passed"
    assert gain(decision) == pytest.approx(0.026, abs=NEAR)


@pytest.mark.parametrize(
    ("share", "status", "gained"),
    [(0.0, "passed", 0.010), (0.001, "failed", -0.017), (0.01, "failed", -0.094)],
    ids=str,
)
def test_outliers_in_one_row_of_a_thousand_are_blocked_where_the_model_is_linear(
    share: float, status: str, gained: float
) -> None:
    before = answers(flights(300, seed=1), linear)
    decision = decide(with_outliers(share), before, linear)
    assert decision.status == status
    assert gain(decision) == pytest.approx(gained, abs=NEAR)


def test_rows_given_twice_get_through_and_cost_nothing(champion: Floats) -> None:
    decision = decide(pl.concat([ROWS, ROWS.head(400)]), champion)
    assert decision.status == "passed"
    assert gain(decision) == pytest.approx(0.029, abs=NEAR)


def test_a_label_with_one_class_is_refused_before_anything_is_fitted() -> None:
    with pytest.raises(TrainError, match="every label is 1; nothing can be learned"):
        answers(ROWS.with_columns(label=pl.lit(1)))
