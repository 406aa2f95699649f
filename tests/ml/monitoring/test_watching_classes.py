"""A multi-class model is watched class by class, and no more false alarms come from that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss

from ml.development.evaluate import evaluate
from ml.development.scored import CANDIDATE, scored_rows
from ml.monitoring.drift import PackageFacts
from ml.monitoring.fingerprint import fingerprint
from ml.monitoring.signals import Subject, summarise
from ml.monitoring.watch import Rules, findings
from ml.spec import load_model
from tests.ml.monitoring.answers import week
from tests.ml.wines import write_folder

CLASSES = ("bus", "car", "tram")
SUBJECT = Subject(
    task="multiclass",
    metric="log_loss",
    columns={"speed": "number"},
    output="label",
    classes=CLASSES,
)


def answers(seed: int, rows: int = 600, more_trams: float = 0.0) -> pl.DataFrame:
    """One week whose answers are right about how sure they are."""
    generator = np.random.default_rng(seed)
    chances = generator.dirichlet([2, 3, 1 + more_trams], rows)
    drawn = (chances.cumsum(axis=1) > generator.uniform(size=(rows, 1))).argmax(axis=1)
    labels = [CLASSES[place] for place in drawn]
    labels[:20] = [None] * 20  # type: ignore[list-item]
    return pl.DataFrame(
        {
            "score": pl.Series(chances.tolist(), dtype=pl.List(pl.Float64)),
            "label": pl.Series(labels, dtype=pl.String),
            "version": "1",
            "package_digest": "sha256:1",
            "speed": generator.normal(size=rows).astype("f4"),
        }
    )


def test_every_class_has_a_rate_and_a_mean_prediction() -> None:
    frame = answers(1)
    values = summarise(week(0), frame, SUBJECT).values
    known = frame.filter(pl.col("label").is_not_null())
    chances = np.array(known["score"].to_list())
    assert values["label_rate", "tram"] == pytest.approx((known["label"] == "tram").mean())
    assert values["mean_prediction", "bus"] == pytest.approx(
        np.array(frame["score"].to_list())[:, 0].mean()
    )
    assert sum(v for (signal, _), v in values.items() if signal == "mean_prediction") == (
        pytest.approx(1)
    )
    assert values["performance", "log_loss"] == pytest.approx(
        log_loss(known["label"].to_list(), chances, labels=CLASSES)
    )
    assert values["calibration", "error"] < 0.1
    assert values["calibration", "slope"] == pytest.approx(1, abs=0.4)


def test_answers_with_other_classes_are_left_out_of_the_figures() -> None:
    frame = answers(1)
    other = frame.head(50).with_columns(score=None, version=pl.lit("2"))
    both = pl.concat([frame, other.cast(frame.schema)])  # type: ignore[arg-type]
    values = summarise(week(0), both, SUBJECT).values
    assert (
        values["mean_prediction", "bus"]
        == (summarise(week(0), frame, SUBJECT).values["mean_prediction", "bus"])
    )
    none = frame.with_columns(score=pl.lit(None, frame.schema["score"]))
    assert ("mean_prediction", "bus") not in summarise(week(0), none, SUBJECT).values


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    found = Rules.of(load_model(write_folder(tmp_path)), "label", CLASSES)
    return replace(found, subject=SUBJECT, limits={"label_rate": 0.02 / 3})


def test_of_many_calm_weeks_no_more_ring_than_of_any_other_model(rules: Rules) -> None:
    """Two in a hundred are meant to; three classes do not make it six."""
    weeks = [summarise(week(n), answers(n, rows=120), SUBJECT) for n in range(68)]
    rang = {one.week.week for one in findings(weeks, rules, {}) if one.breach}
    assert len(rang) <= 4


def test_a_class_that_becomes_common_rings_and_is_shown_beside_the_package(rules: Rules) -> None:
    weeks = [answers(seed) for seed in range(10)] + [answers(10, more_trams=3)]
    facts = facts_of(answers(99))
    summaries = [summarise(week(n), frame, SUBJECT) for n, frame in enumerate(weeks)]
    found = list(findings(summaries, rules, {"sha256:1": facts}))
    assert (week(10), ("label_rate", "tram")) in {
        (one.week.week, one.key) for one in found if one.breach
    }
    beside = {
        (one.baseline, *one.key): one.reference
        for one in found
        if one.week.week == week(0) and one.reference is not None
    }
    shares = {known["class"]: known for known in facts.metrics["classes"]}
    assert beside["test_labelled", "label_rate", "tram"] == shares["tram"]["share"]
    assert beside["validation", "mean_prediction", "car"] == shares["car"]["mean_prediction"]
    assert ("validation", "psi", "output_label") in beside


def test_classes_share_the_limit_of_their_signal(tmp_path: Path) -> None:
    monitoring = {
        "alarms": [{"signal": name, "p_below": 0.03} for name in ("label_rate", "performance")]
    }
    spec = load_model(write_folder(tmp_path, monitoring=monitoring))
    limits = Rules.of(spec, "label", CLASSES).limits
    assert limits["performance"] == pytest.approx(0.03 / (52 * 2))
    assert limits["label_rate"] == pytest.approx(limits["performance"] / 3)


def facts_of(rows: pl.DataFrame) -> PackageFacts:
    chances = np.array(rows["score"].to_list())
    scored = scored_rows(
        rows,
        task="multiclass",
        label="label",
        day=None,
        slices=(),
        scores={CANDIDATE: chances},
        classes=CLASSES,
    )
    said = pl.Series("label", [CLASSES[place] for place in chances.argmax(axis=1)])
    return PackageFacts(
        fingerprint={
            "holdout": fingerprint(rows.select("speed")),
            "predictions": fingerprint(pl.DataFrame([said])),
        },
        metrics=evaluate(scored, slices=[]),
    )
