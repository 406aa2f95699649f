"""What the gate does about poisoned training rows, in figures: a little of it gets through.

The candidate has 8,000 rows to learn from, the champion had 300; both are judged on sound rows.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from ml.development.gate import Decision, judge
from ml.development.inputs import model_inputs
from ml.development.metrics import Floats
from ml.development.scored import scored_rows
from ml.development.train import TrainError, score, train
from models.flight_delay.estimator import build
from tests.ml.development.test_gate import DAYS, gates

COLUMNS = {"carrier": "text", "wind": "number"}
FIRST = date(2013, 5, 1)


def flights(rows: int, seed: int) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    wind, carrier = generator.normal(size=rows), generator.choice(["AA", "UA", "B6"], rows)
    chance = 1 / (1 + np.exp(-(1.2 * wind + (carrier == "B6") - 2)))
    late = (generator.random(rows) < chance).astype(int)
    days = [FIRST + timedelta(days=number * DAYS // rows) for number in range(rows)]
    return pl.DataFrame({"wind": wind, "carrier": carrier, "label": late, "day": days})


HOLDOUT, ROWS = flights(4000, seed=2), flights(8000, seed=3)


def answers(rows: pl.DataFrame) -> Floats:
    model = train(
        rows,
        build,
        columns=COLUMNS,
        label="label",
        task="classification",
        seed=7,
        parameters={"max_iter": 30},
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


def decide(rows: pl.DataFrame, champion: Floats) -> Decision:
    scored = scored_rows(
        HOLDOUT.with_columns(origin=pl.lit("EWR")),
        task="classification",
        label="label",
        day="day",
        slices=["origin"],
        scores={
            "candidate": answers(rows),
            "champion": champion,
            "baseline": np.full(len(HOLDOUT), rows["label"].mean()),
        },
    )
    return judge(scored, gates(), seed=7, latency_ms=1.0)


def gain(decision: Decision) -> float:
    return next(r.measured for r in decision.rules if r.name == "roc_auc over champion") or 0.0


def test_five_in_a_hundred_flipped_labels_get_through_and_cost_next_to_nothing(
    champion: Floats,
) -> None:
    sound, poisoned = decide(ROWS, champion), decide(flipped(0.05), champion)
    assert (sound.status, poisoned.status) == ("passed", "passed")
    assert gain(sound) == pytest.approx(0.026, abs=0.003)
    assert gain(poisoned) == pytest.approx(0.026, abs=0.003)


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_one_in_five_flipped_labels_and_more_are_blocked(champion: Floats, share: float) -> None:
    decision = decide(flipped(share), champion)
    assert decision.status == "failed"
    assert any("roc_auc over champion" in reason for reason in decision.reasons)


def test_rows_given_twice_get_through_and_cost_nothing(champion: Floats) -> None:
    decision = decide(pl.concat([ROWS, ROWS.head(400)]), champion)
    assert decision.status == "passed"
    assert gain(decision) == pytest.approx(0.029, abs=0.003)


def test_a_label_with_one_class_is_refused_before_anything_is_fitted() -> None:
    with pytest.raises(TrainError, match="every label is 1; nothing can be learned"):
        answers(ROWS.with_columns(label=pl.lit(1)))
