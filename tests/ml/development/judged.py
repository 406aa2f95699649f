"""Candidates as good as a test wants them, on labelled days, before the gate."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from ml.development.gate import Decision, judge
from ml.development.metrics import Floats
from ml.development.scored import Scored, scored_rows
from ml.spec_operations import Gates

DAYS, ROWS = 40, 50


def gates(**changes: Any) -> Gates:
    """The limits of a spec; `changes` replace whole ones."""
    settings: dict[str, Any] = {
        "holdout_days": DAYS,
        "minimum_labelled_days": 30,
        "primary": {"metric": "roc_auc", "minimum": 0.6, "margin_over_baseline": 0.02},
        "second": {"metric": "average_precision", "tolerance": 0.01},
        "resamples": 100,
        **changes,
    }
    return Gates.model_validate(settings)


def signal(strength: float, seed: int = 0) -> tuple[Floats, Floats]:
    """Labels, and scores that know them as well as `strength` says."""
    generator = np.random.default_rng(0)
    truth = generator.normal(size=DAYS * ROWS)
    noise = np.random.default_rng(seed + 1).normal(size=DAYS * ROWS)
    return (truth > 0.8).astype(float), 1 / (1 + np.exp(-(strength * truth + noise)))


def scored(days: int = DAYS, **models: Floats) -> Scored:
    """The rows of so many days with the scores of these models."""
    labels, _ = signal(0)
    first = date(2013, 5, 1)
    frame = pl.DataFrame(
        {
            "label": labels,
            "day": [first + timedelta(days=i // ROWS) for i in range(DAYS * ROWS)],
            "origin": ["EWR", "JFK"] * (DAYS * ROWS // 2),
        }
    )
    rows = scored_rows(
        frame,
        task="classification",
        label="label",
        day="day",
        slices=["origin"],
        scores=models,
    )
    return Scored(frame=rows.frame.head(days * ROWS), task="classification")


def decide(rows: Scored, limits: Gates | None = None, **arguments: Any) -> Decision:
    """What the gate says of a model that is fast enough."""
    return judge(rows, limits or gates(), seed=7, **{"latency_ms": 1.0, **arguments})


def rule(decision: Decision, name: str) -> str:
    """What became of one rule."""
    return next(r.status for r in decision.rules if r.name == name)


GOOD, FAIR, BAD = signal(1.5)[1], signal(0.7)[1], signal(0.1)[1]
