"""Answers by hand: weeks of a small model whose rate, skill and labels a test can choose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from ml.monitoring.signals import Subject, WeekSummary, summarise
from ml.monitoring.windows import Week

SUBJECT = Subject(
    task="classification",
    metric="roc_auc",
    columns={"speed": "number", "town": "text"},
    output="probability",
)
FIRST = date(2013, 7, 1)


def answers(
    rows: int = 400,
    *,
    seed: int = 1,
    rate: float = 0.2,
    skill: float = 1.0,
    labelled: float = 1.0,
    version: str = "1",
) -> pl.DataFrame:
    """One week: chances around `rate`; with less `skill`, answers know less of the outcome."""
    generator = np.random.default_rng(seed)
    chance = np.clip(generator.beta(2, 2 / rate - 2, rows), 0.001, 0.999)
    label = (generator.uniform(size=rows) < chance).astype(float)
    said = skill * chance + (1 - skill) * generator.permutation(chance)
    known = generator.uniform(size=rows) < labelled
    return pl.DataFrame(
        {
            "score": said,
            "label": pl.Series([v if k else None for v, k in zip(label, known, strict=True)]),
            "version": [version] * rows,
            "package_digest": [f"sha256:{version}"] * rows,
            "speed": generator.normal(10, 2, rows).astype("f4"),
            "town": generator.choice(["here", "there", ""], rows),
        },
        schema_overrides={"label": pl.Float64},
    )


def week(number: int) -> Week:
    """The first week, or one that many weeks later."""
    return Week(FIRST + timedelta(days=7 * number))


def summaries(weeks: Sequence[pl.DataFrame], first: int = 0) -> list[WeekSummary]:
    """One summary a week, without a gap."""
    return [summarise(week(first + n), part, SUBJECT) for n, part in enumerate(weeks)]
