"""The report shows what came of each retraining: a version, its first answers, its gain."""

from dataclasses import replace

import pytest

from modelyard.report.life import gains
from modelyard.report.life.axis import marks, unseen_releases
from tests.modelyard.example_life import half_year
from tests.modelyard.life.pages import made, page_of, rows_of


def test_a_version_is_marked_where_it_begins_to_answer_and_where_it_returns() -> None:
    life = half_year()
    assert [(m.week.week, m.version, m.back) for m in marks(life)] == [
        ("2013-07-01", "1", False),
        ("2013-12-09", "3", False),
    ]
    assert marks(life)[1].text == "version 3 answers; released 2030-01-02 03:07"
    returned = [*life.weeks[:-1], replace(life.weeks[-1], versions=["1"])]
    assert marks(replace(life, weeks=returned))[-1].back


def test_a_release_that_answered_in_no_watched_week_is_named() -> None:
    second = {"kind": "released", "version": "2", "at": "2030-01-02T03:05:00Z"}
    life = half_year()
    life = replace(life, releases=[second, *life.releases])
    assert unseen_releases(life) == ["2"]
    assert "without an answer in a watched week: version 2." in page_of(life)


def test_a_retraining_shows_who_asked_what_was_decided_and_how_it_ended(page: str) -> None:
    assert (
        "started for alarm flight-delay-drift-label-rate-1f0c2a9: retrain requested by alarm; "
        "0.05 USD expected. It made version 3 gate passed live" in page
    )
    assert "cool-down of 7 days: a retraining of 2013-12-10 is within it" in page


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.004, 0.005, "the interval contains zero: cannot be told apart"),
        (0.001, 0.005, "better"),
        (-0.005, -0.001, "worse"),
    ],
)
def test_the_days_after_are_told_whatever_the_interval(
    low: float, high: float, verdict: str
) -> None:
    life = half_year()
    first = replace(life.after[0], low=low, high=high)
    told = gains.comparisons(replace(life, after=[first]), [])[-1].sentence
    assert told.endswith(f"gain +0.0016 [{low:+.4f}, {high:+.4f}], {verdict}")


def test_the_days_after_of_every_version_say_on_how_many_rows_and_days(page: str) -> None:
    live = page.partition("v3, on the days after: ROC AUC over v1: ")[2]
    assert live.startswith(
        "gain +0.0016 [-0.0040, +0.0050], the interval contains zero: cannot be told apart. "
        "Both were asked about the same 19,460 labelled rows of 22 days, 2013-12-10 to "
        "2013-12-31, which neither of them was trained on: ROC AUC 0.7556 beside 0.7540."
    )
    kept = page.partition("v4, kept, on the days after: ROC AUC over v3: ")[2]
    assert kept.startswith("gain -0.0094 [-0.0214, -0.0002], worse. Both were asked about")
    assert "the same 13,113 labelled rows of 15 days, 2013-12-17 to 2013-12-31" in kept


def test_days_after_that_nobody_measured_are_not_passed_over(page: str) -> None:
    life, said = half_year(), "Not compared with the champion of its time on the days after"
    assert said not in page
    assert f"{said}: version 3, 4." in page_of(replace(life, after=[]))
    assert f"{said}: version 4." in page_of(replace(life, after=life.after[:1]))


def test_the_intervals_of_gate_and_days_after_stand_side_by_side() -> None:
    found = gains.comparisons(half_year(), made())
    assert [(each.rule, each.told) for each in found] == [
        ("v3, at its gate: ROC AUC over champion", "cannot be told apart"),
        ("v3, on the days after: ROC AUC over v1", "cannot be told apart"),
        ("v4, at its gate: ROC AUC over champion", "cannot be told apart"),
        ("v4, kept, on the days after: ROC AUC over v3", "worse"),
    ]
    drawn = {(row["low"], row["high"]) for row in rows_of(gains.retrained(found), "rule")}
    assert drawn == {(each.low, each.high) for each in found}
