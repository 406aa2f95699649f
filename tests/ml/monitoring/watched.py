"""Weeks that were watched under the usual rules, and what that told."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ml.development.evaluate import evaluate
from ml.development.scored import CANDIDATE, scored_rows
from ml.monitoring.drift import PackageFacts
from ml.monitoring.fingerprint import fingerprint
from ml.monitoring.signals import WeekSummary
from ml.monitoring.watch import Finding, Rules, findings
from tests.ml.monitoring.answers import SUBJECT, answers

RULES = Rules(
    subject=SUBJECT,
    reference_weeks=8,
    baselines=("validation", "test_labelled", "recent_production", "same_season"),
    limits={"mean_prediction": 0.02, "label_rate": 0.02, "performance": 0.02},
)
CALM = [answers(seed=seed) for seed in range(10)]
"""Weeks like one another."""


def facts(rows: pl.DataFrame) -> PackageFacts:
    """What a package says whose holdout these rows were."""
    scored = scored_rows(
        rows,
        task="classification",
        label="label",
        day=None,
        slices=(),
        scores={CANDIDATE: rows["score"].to_numpy()},
    )
    return PackageFacts(
        fingerprint={
            "holdout": fingerprint(rows.select("speed", "town")),
            "predictions": fingerprint(rows.select(probability="score")),
        },
        metrics=evaluate(scored, slices=[]),
    )


def told(
    weeks: list[WeekSummary], packages: Mapping[str, PackageFacts] | None = None
) -> list[Finding]:
    """All that is found."""
    return list(findings(weeks, RULES, packages or {}))


def rang(found: list[Finding]) -> list[tuple[str, str]]:
    """Which weeks rang, by which signal."""
    return [(str(one.week.week.start), one.key[0]) for one in found if one.breach]
