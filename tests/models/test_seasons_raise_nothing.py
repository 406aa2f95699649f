"""A year with its seasons: the weeks from July to November are calm, and December is a break."""

from datetime import date, timedelta

import polars as pl
import pytest

from ml.data.training_set import training_set
from ml.data.window import Window
from ml.development.baseline import fit_baseline
from ml.development.evaluate import evaluate
from ml.development.inputs import model_inputs
from ml.development.scored import BASELINE, CANDIDATE, scored_rows
from ml.monitoring.drift import PackageFacts
from ml.monitoring.fingerprint import fingerprint
from ml.monitoring.signals import summarise
from ml.monitoring.watch import Finding, Rules, findings
from ml.monitoring.windows import complete_weeks
from ml.spec import ModelSpec
from tests.models.fitting import LIVE, answered, fitted

pytestmark = pytest.mark.slow

CANDIDATE_LIVE, END = date(2013, 5, 6), date(2014, 1, 1)
DECEMBER = date(2013, 12, 2)
"""The Monday of December's first whole week."""


@pytest.fixture(scope="module")
def watched(spec: ModelSpec, year: pl.DataFrame, live: pl.DataFrame) -> list[Finding]:
    """The live weeks after those of the holdout, which the gate's candidate answered."""
    cut = training_set(spec, year, Window(end=LIVE))
    candidate = fitted(spec, cut.training)
    held_out = answered(candidate, cut.holdout, "candidate")
    scored = scored_rows(
        held_out,
        task=spec.estimator.task,
        label="label",
        day="day",
        slices=(),
        scores={
            CANDIDATE: held_out["score"].to_numpy(),
            BASELINE: fit_baseline(cut.training, columns=spec.gates.baseline, label="label").score(
                held_out
            ),
        },
    )
    facts = PackageFacts(
        fingerprint={
            "holdout": fingerprint(model_inputs(held_out, spec.features.columns)),
            "predictions": fingerprint(held_out.select(probability="score")),
        },
        metrics=evaluate(scored, slices=[]),
    )
    return watch(spec, pl.concat([held_out, live]), facts, CANDIDATE_LIVE)


def watch(
    spec: ModelSpec, answers: pl.DataFrame, facts: PackageFacts | None, first: date
) -> list[Finding]:
    rules = Rules.of(spec, "probability")
    weeks = [
        summarise(
            week,
            answers.filter(pl.col("day").is_between(week.start, week.end, closed="left")),
            rules.subject,
        )
        for week in complete_weeks(first, END)
    ]
    return list(findings(weeks, rules, {"champion": facts} if facts else {}))


def rang(found: list[Finding]) -> dict[date, set[str]]:
    """Signals that rang in weeks of the champion; the storms of late June were before them."""
    weeks: dict[date, set[str]] = {}
    for one in found:
        if one.breach and one.week.week.start >= LIVE:
            weeks.setdefault(one.week.week.start, set()).add(one.key[0])
    return weeks


def test_december_rings_in_its_first_two_weeks_and_no_week_before_does(
    watched: list[Finding],
) -> None:
    """Every week from July on is judged: the candidate's weeks in May and June are its past."""
    judged = {one.week.week.start for one in watched if one.p is not None}
    assert min(judged) <= LIVE
    assert rang(watched) == {
        DECEMBER: {"label_rate"},
        DECEMBER + timedelta(days=7): {"label_rate", "mean_prediction"},
    }


def test_a_champion_without_a_past_rings_in_the_same_weeks(
    spec: ModelSpec, live: pl.DataFrame
) -> None:
    found = watch(spec, live, None, LIVE)
    assert set(rang(found)) == {DECEMBER, DECEMBER + timedelta(days=7)}
    first = min(one.week.week.start for one in found if one.kind == "alarm" and one.p is not None)
    assert first == LIVE + timedelta(weeks=6)


def test_calm_months_stay_clear_of_the_limit_in_every_signal(watched: list[Finding]) -> None:
    """Nothing was tuned until it passed: the nearest calm week has twice the limit."""
    calm = [
        one.p
        for one in watched
        if one.kind == "alarm" and one.p is not None and LIVE <= one.week.week.start < DECEMBER
    ]
    assert len(calm) == 22 * 3
    assert min(calm) > 0.03


def test_against_validation_the_seasons_show_and_raise_nothing(watched: list[Finding]) -> None:
    beside = [
        one
        for one in watched
        if one.baseline == "validation" and one.key[0] == "psi" and one.week.week.start < DECEMBER
    ]
    moved = {one.week.week.start for one in beside if one.value > 0.1}
    assert len(moved) == 22
    assert not any(one.breach or one.kind == "alarm" for one in beside)
    answers = [one.value for one in beside if one.key[1] == "output_probability"]
    assert sum(value > 0.1 for value in answers) > 10


def test_answers_turned_round_ring_by_performance_alone(
    spec: ModelSpec, live: pl.DataFrame
) -> None:
    """In a calm week; the mean prediction and the outcomes stay what they were."""
    broken = date(2013, 11, 4)
    inside = pl.col("day").is_between(broken, broken + timedelta(days=7), closed="left")
    week = live.filter(inside)
    turned = week.with_columns(score=2 * week["score"].mean() - week["score"])
    found = watch(spec, pl.concat([live.filter(~inside), turned]), None, LIVE)
    assert rang(found)[broken] == {"performance"}
